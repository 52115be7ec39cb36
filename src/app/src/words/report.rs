//! The words about an assessment's page: how long it can be looked at, what its print is good for, and where it is found.

use super::Text;

/// Says between what an index would lie, by its name and both ends, and the level at either where it has one.
type WouldLie = fn(&str, &str, &str, Option<(&str, &str)>) -> String;

/// Names say where it stands; functions take what is filled in.
#[derive(Debug)]
pub struct Report {
    // How long it can be looked at
    pub looked_at_until: fn(i64) -> String,
    pub arrived_until: fn(&str) -> String,
    pub waiting_until: fn(i64) -> String,
    pub delete_arrived: Text,
    pub last_chance_soon: Text,
    pub last_chance: Text,

    // The print
    pub draft_prints: Text,
    pub contest_finish_first: Text,
    pub which_copy: Text,
    pub which_copy_explained: Text,
    pub print_family: Text,
    pub print_office: Text,
    pub copy_of_office: Text,
    pub copy_of_family: Text,
    pub computed: Text,
    pub whom_to_ask: Text,
    pub level_told_later: Text,
    pub level_provisional: Text,
    pub level_is_hardship: Text,
    pub withhold: fn(&str) -> String,
    pub no_referral: Text,
    pub danger_outranks: Text,

    // What was done about a danger
    pub not_handled: Text,

    // What is to be looked at once more
    pub recheck: Text,
    pub about_whom: Text,
    pub none_but_recheck: Text,

    // What a level would lie between: the index, its ends, the level at either
    pub lives_there: fn(&str) -> String,
    pub lodger: fn(&str, &str, &str) -> String,
    pub family_without: fn(&str) -> String,
    pub would_lie: WouldLie,

    // What is missing
    pub to_answer: Text,
    pub to_correct: Text,

    // A person's own decision
    pub kept_by_hand: fn(&str, &str) -> String,

    // Another form
    pub begin_form: fn(&str) -> String,

    // What would change a level
    pub would_be: fn(&str) -> String,
}

/// Chinese, simplified.
pub const CHINESE: Report = Report {
    looked_at_until: |days| {
        format!(
            "评估结果在发件箱里随时能看、能打印；送达后在本机再留 {days} 天，之后本机只留回执，以单位服务器上的为准。要纸质的，请在这之前打印。"
        )
    },
    arrived_until: |day| {
        format!("评估结果和它依据的回答，加密留在本机到 {day}，之前能看、能打印；之后本机只留回执。")
    },
    waiting_until: |days| format!("送达前随时能看、能打印；送达后在本机再留 {days} 天。"),
    delete_arrived: "现在就从本机删去，只留回执",
    last_chance_soon: "一完成，这份调查就为单位封存，本机上谁也打不开。评估结果只在完成后的那一页还能看、能打印；离开那一页，就再也看不到了。",
    last_chance: "这份调查已为单位封存。这里是最后一次能看、能打印评估结果的地方：离开这一页，本机上就再也打不开了。",

    draft_prints: "打印出来标着“草稿”，没有签名栏；要签名，完成之后再打印。",
    contest_finish_first: "对象或代理人有异议：先完成这份调查，再打印“给家里人的一份”，在“异议和理由”一栏写明、签名，交给审核人；审核人写明复核结论。",

    which_copy: "打印哪一份？",
    which_copy_explained: "给家里人的一份只写等级和服务，完成后打印的有签名和异议栏；要带回签过名的，打两张。单位留存的一份还写着各人的回答和得分（心情问卷也在内）、地址电话、访视记录，有危险的写着危险：不要给家里人看，也不要留在家里。",
    print_family: "给家里人的一份",
    print_office: "单位留存的一份",
    copy_of_office: "单位留存：写着回答、依据和访视记录，不给家里人看，不留在家里。",
    copy_of_family: "给家里人的一份。每一项的依据由单位留存，本人可以查阅。",
    computed: "由系统按填写的内容和表里的规则算出，仅供参考，由人决定。分值、权重和分档还没有经过当地审定，审定后以当地的为准。",
    whom_to_ask: "查阅、更正、撤回同意、提异议，请找：单位＿＿＿＿＿＿＿＿＿＿＿＿　电话＿＿＿＿＿＿＿＿＿＿",
    level_told_later: "评估结果由单位审核后，另行告知本人。",
    level_provisional: "这是初步的，由单位审核后定；急需的帮助不用等它。",
    level_is_hardship: "等级说的是日子难不难、要多少帮助，不是说上面的危险有多重。",
    withhold: |wish| format!("交代过，不想让人知道的：{wish}。谈话、打印、转介时都要守住。"),
    no_referral: "没有同意把信息转给提供服务的机构：先征得同意才能转介；有危险、要紧急救助的除外。",
    danger_outranks: "有危险信号，今天就转介：不管评成什么等级，都不能往后放，也不能当作没有困难。",

    recheck: "先核实，再下结论",
    about_whom: "涉及",
    none_but_recheck: "现在的回答里没有危险信号；上面的核实之前，不能说没有危险。",
    lives_there: |who| format!("家里的人：{who}"),
    lodger: |name, relation, age| match age {
        "" => format!("{name}（{relation}）"),
        _ => format!("{name}（{relation}，{age} 岁）"),
    },
    family_without: |parts| format!("“{parts}”没有问，没有算进去。以后愿意说，可以重新评。"),
    would_lie: |index, least, most, levels| {
        let level = match levels {
            Some((least, most)) if least == most => format!("，都是“{least}”"),
            Some((least, most)) => format!("，“{least}”到“{most}”都有可能"),
            None => String::new(),
        };
        format!("没有问的是轻是重不知道：要是问了，{index}会在 {least} 到 {most} 之间{level}。")
    },
    not_handled: "还没有填好告诉了谁、怎么处理的",

    to_answer: "等待回答：",
    to_correct: "等待改正：",

    kept_by_hand: |label, decided| {
        format!(
            "填过的人工评定“{decided}”还留着，没有丢。“{label}”现在评不出来，所以先不显示、也不作数；等待的回答补好、改好后会重新显示。一直评不出来的，送出时不带它。"
        )
    },

    begin_form: |form| format!("开始填：{form}"),

    would_be: |level| format!("会变成“{level}”的："),
};

/// English.
pub const ENGLISH: Report = Report {
    looked_at_until: |days| {
        format!(
            "The assessment can be seen and printed from the outbox until it is delivered, and for {days} days after that; then this device keeps the receipt only, and what the office’s server has counts. If it is wanted on paper, print it before."
        )
    },
    arrived_until: |day| {
        format!(
            "The assessment stays on this device until {day} and can be seen and printed; after that only the receipt does."
        )
    },
    waiting_until: |days| {
        format!("To be seen and printed until it is delivered, and for {days} days after that.")
    },
    delete_arrived: "Delete it from this device now, keep the receipt",
    last_chance_soon: "Once finished, this survey is sealed for the office and nobody can open it on this device. The assessment can be seen and printed on the page right after finishing; once you leave that page, never again.",
    last_chance: "This survey is sealed for the office. Here is the last chance to see and print its assessment: once you leave this page, this device can’t open it any more.",

    draft_prints: "Its print is marked as a draft and has no lines to sign on; to have it signed, print it after finishing.",
    contest_finish_first: "The person assessed, or their agent: finish the survey first, then print the family’s copy, write and sign under “Objection and reasons”, and hand it to the reviewer, who writes down what the review came to.",

    which_copy: "Print which copy?",
    which_copy_explained: "The family’s copy has the level and the services only and, once finished, lines to sign and object on; print two if one is to come back signed. The office’s copy has each person’s answers and points too (a questionnaire about mood among them), address and phone, the notes of the visit, and any danger: don’t show it to the family or leave it there.",
    print_family: "The family’s copy",
    print_office: "The office’s copy",
    copy_of_office: "Office copy: it has answers, reasons and notes of the visit. Don’t show it to the family or leave it with them.",
    copy_of_family: "The family’s copy. What each item rests on is kept by the office; the person assessed may see it.",
    computed: "Computed from what was filled in, by the rules of the form: a guide, people decide. The local authority has not approved points, weights and limits yet; once it has, its own count.",
    whom_to_ask: "To see, correct, withdraw or contest, ask: office ____________________ phone ________________",
    level_told_later: "What the assessment comes to is told to the person after the office has reviewed it.",
    level_provisional: "This is provisional: the office settles it after a review. Urgent help does not wait for it.",
    level_is_hardship: "The level says how hard life is and how much help is needed, not how grave the danger above is.",
    withhold: |wish| {
        format!("Asked to be kept from others: {wish}. Keep to it when talking, printing and referring.")
    },
    no_referral: "There is no consent to pass anything on to providers: ask for it before referring, except where there is danger.",
    danger_outranks: "There is a danger, refer today: whatever the level, this may not wait, nor be taken for no hardship.",

    recheck: "To be looked at again first",
    about_whom: "About",
    none_but_recheck: "The answers as they are now name no danger; until the above is looked at again, nobody can say that there is none.",
    lives_there: |who| format!("Lives there: {who}"),
    lodger: |name, relation, age| match age {
        "" => format!("{name} ({relation})"),
        _ => format!("{name} ({relation}, {age})"),
    },
    family_without: |parts| {
        format!("Not asked, and not counted: {parts}. It can be assessed again once you wish to tell.")
    },
    would_lie: |index, least, most, levels| {
        let level = match levels {
            Some((least, most)) if least == most => format!(", “{least}” either way"),
            Some((least, most)) => format!(", anything from “{least}” to “{most}”"),
            None => String::new(),
        };
        format!(
            "How grave what was not asked is, nobody knows: with it the {index} would lie between {least} and {most}{level}."
        )
    },
    not_handled: "Who was told, and what was done, is not filled in yet",

    to_answer: "Waiting for: ",
    to_correct: "To be put right: ",

    kept_by_hand: |label, decided| {
        format!(
            "The level that was decided by hand, “{decided}”, is kept and not lost. “{label}” can’t be said now, so it is not shown and does not count; it is there again once what is waited for is answered and put right. Unless that is done, it is not sent."
        )
    },

    begin_form: |form| format!("Begin: {form}"),

    would_be: |level| format!("Would make it “{level}”:"),
};
