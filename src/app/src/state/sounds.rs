//! How a Chinese character is read, in letters without tones, with no table of characters: the browser puts them in the order of their sounds, and where each
//! syllable begins in that order is all that has to be known.
//!
//! Kept here: the order is the browser's (CLDR's pinyin collation), so that a character has the one reading that it is put by there; surnames that are read in
//! another way are named below. A browser without that order gives none, and then households are found by characters alone.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;

use crate::platform::collation::Order;

/// The first character of each syllable in that order, with the syllable. Made from CLDR 48 and the readings of the crate `pinyin` 0.11, which agree on 20,876
/// of 20,924 characters.
const BEGINNINGS: &str = "\
    吖a哎ai安an肮ang凹ao丷ba挀bai扳ban邦bang勹bao卑bei奔ben伻beng屄bi边bian灬biao憋bie汃bin\
    冫bing癶bo峬bu嚓ca偲cai参can仓cang撡cao冊ce嵾cen曽ceng叉cha芆chai辿chan伥chang抄chao车che\
    抻chen阷cheng吃chi充chong抽chou出chu歘chua揣chuai巛chuan刅chuang吹chui旾chun逴chuo呲ci\
    匆cong凑cou粗cu汆cuan崔cui邨cun搓cuo咑da呆dai丹dan当dang刀dao嘚de扥den灯deng氐di敁dian\
    刁diao爹die丁ding丟diu东dong吺dou厾du耑duan垖dui吨dun多duo妸e诶ei奀en鞥eng儿er发fa帆fan\
    匚fang飞fei分fen丰feng覅fiao仏fo紑fou夫fu旮ga侅gai甘gan冈gang皋gao戈ge给gei根gen刯geng\
    工gong勾gou估gu瓜gua乖guai关guan光guang归gui丨gun呙guo哈ha咍hai佄han夯hang茠hao诃he黒hei\
    拫hen亨heng噷hm叿hong齁hou乎hu花hua怀huai欢huan巟huang灰hui昏hun吙huo丌ji加jia戋jian\
    江jiang艽jiao阶jie巾jin坕jing冂jiong丩jiu凥ju姢juan噘jue军jun咔ka开kai刊kan忼kang尻kao\
    匼ke肎ken劥keng空kong抠kou扝ku夸kua蒯kuai宽kuan匡kuang亏kui坤kun扩kuo垃la来lai兰lan啷lang\
    捞lao仂le勒lei崚leng哩li俩lia奁lian良liang撩liao毟lie拎lin伶ling溜liu囖lo龙long瞜lou噜lu\
    驴lv娈luan抡lun啰luo呣m妈ma埋mai嫚man牤mang猫mao嚒me呅mei椚men擝meng咪mi宀mian喵miao乜mie\
    民min名ming谬miu摸mo哞mou毪mu拏na腉nai囡nan囔nang孬nao疒ne娞nei恁nen能neng妮ni拈nian\
    娘niang鸟niao捏nie囜nin宁ning妞niu农nong羺nou奴nu女nv奻nuan黁nun郍nuo喔o讴ou妑pa拍pai眅pan\
    乓pang抛pao呸pei喷pen匉peng丕pi囨pian剽piao氕pie姘pin乒ping钋po剖pou仆pu七qi掐qia千qian\
    呛qiang悄qiao苆qie亲qin靑qing卭qiong丘qiu区qu奍quan炔que夋qun呥ran穣rang娆rao惹re人ren\
    扔reng日ri戎rong厹rou邚ru挼rua堧ruan婑rui瞤run捼ruo仨sa毢sai三san桒sang掻sao閪se森sen\
    僧seng杀sha筛shai山shan伤shang弰shao奢she申shen升sheng尸shi収shou书shu刷shua衰shuai\
    闩shuan双shuang脽shui吮shun说shuo厶si忪song凁sou苏su狻suan夊sui孙sun唆suo他ta囼tai坍tan\
    汤tang夲tao忑te熥teng剔ti天tian旫tiao帖tie厅ting囲tong偷tou凸tu湍tuan推tui吞tun乇tuo屲wa\
    歪wai弯wan尢wang危wei昷wen翁weng挝wo乌wu夕xi呷xia仙xian乡xiang灱xiao些xie心xin星xing\
    凶xiong休xiu吁xu吅xuan削xue坃xun丫ya恹yan央yang幺yao倻ye一yi囙yin应ying哟yo佣yong优you込yu\
    囦yuan曰yue晕yun帀za災zai兂zan匨zang傮zao则ze贼zei怎zen増zeng扎zha夈zhai枬zhan张zhang\
    佋zhao蜇zhe贞zhen凧zheng之zhi中zhong州zhou朱zhu抓zhua跩zhuai专zhuan妆zhuang隹zhui\
    宒zhun拙zhuo乲zi宗zong邹zou租zu钻zuan厜zui尊zun嘬zuo";

/// Surnames that are read as no other word is.
const SURNAMES: &str = "曾zeng单shan解xie仇qiu区ou查zha盖ge乐yue朴piao翟zhai缪miao覃qin冼xian尉yu折she召shao";

/// So many beginnings may stand elsewhere in the order of another browser.
const ASTRAY: usize = 20;

/// How characters are read.
pub struct Sounds {
    beginnings: Vec<(&'static str, &'static str)>,
    order: Order,
    known: RefCell<HashMap<char, Option<&'static str>>>,
}

impl Sounds {
    /// By that order; `None` if it is not one by sound.
    pub fn by(order: Order) -> Option<Sounds> {
        let beginnings = pairs(BEGINNINGS);
        let astray = beginnings.windows(2).filter(|two| order(two[0].0, two[1].0) != Ordering::Less).count();
        (astray <= ASTRAY).then(|| Sounds { beginnings, order, known: RefCell::default() })
    }

    /// How a character is read; `None` of what is no Chinese one.
    pub fn of(&self, letter: char) -> Option<&'static str> {
        if !matches!(letter, '\u{3400}'..='\u{9fff}') {
            return None;
        }
        *self.known.borrow_mut().entry(letter).or_insert_with(|| {
            let mut bytes = [0; 4];
            let text: &str = letter.encode_utf8(&mut bytes);
            let after = self
                .beginnings
                .partition_point(|(begins, _)| (self.order)(begins, text) != Ordering::Greater);
            Some(self.beginnings.get(after.checked_sub(1)?)?.1)
        })
    }
}

/// How a character is read as a surname, if in another way.
pub fn surname(letter: char) -> Option<&'static str> {
    pairs(SURNAMES).into_iter().find(|(name, _)| name.starts_with(letter)).map(|(_, sound)| sound)
}

/// Each character with the letters after it.
fn pairs(table: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut starts: Vec<usize> =
        table.char_indices().filter(|(_, letter)| !letter.is_ascii()).map(|(at, _)| at).collect();
    starts.push(table.len());
    let pair = |span: &[usize]| {
        let text = &table[span[0]..span[1]];
        text.split_at(text.chars().next().map_or(0, char::len_utf8))
    };
    starts.windows(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order of the browser, as far as the test needs it: that of the beginnings, and others after those that they are read as.
    fn order(others: &'static [(&'static str, &'static str)]) -> Order {
        let place = move |text: &str| {
            let of = |text: &str| pairs(BEGINNINGS).iter().position(|(begins, _)| *begins == text);
            let other = others.iter().find(|(other, _)| *other == text);
            match other {
                Some((_, sound)) => {
                    (pairs(BEGINNINGS).iter().position(|(_, read)| read == sound).unwrap(), 1)
                }
                None => (of(text).unwrap(), 0),
            }
        };
        Box::new(move |one, other| place(one).cmp(&place(other)))
    }

    #[test]
    fn a_character_is_read_as_the_syllable_that_it_stands_in() {
        let others = &[("王", "wang"), ("吕", "lv"), ("李", "li"), ("左", "zuo")];
        let sounds = Sounds::by(order(others)).expect("it is in order");
        let read = |letters: &str| letters.chars().map(|letter| sounds.of(letter)).collect::<Vec<_>>();
        assert_eq!(read("张三王"), [Some("zhang"), Some("san"), Some("wang")]);
        assert_eq!(read("吕李左吖"), [Some("lv"), Some("li"), Some("zuo"), Some("a")]);
        assert_eq!(read("A1·"), [None, None, None]);
        assert_eq!([surname('曾'), surname('王')], [Some("zeng"), None]);
    }

    #[test]
    fn an_order_that_is_not_by_sound_gives_none() {
        assert!(Sounds::by(Box::new(str::cmp)).is_none());
        assert!(Sounds::by(Box::new(|_, _| Ordering::Equal)).is_none());
        assert_eq!(pairs(BEGINNINGS).len(), 407);
        assert!(
            pairs(BEGINNINGS).iter().all(|(begins, sound)| begins.chars().count() == 1 && !sound.is_empty())
        );
    }
}
