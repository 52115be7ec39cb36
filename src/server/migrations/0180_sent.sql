-- For which organisation something was sent, if its sender was a provider's then: what is sent means what it meant, whatever becomes of the account.
-- Nothing: nobody of a provider's sent it. A blank: a provider's whose account named no organisation.
ALTER TABLE submission ADD COLUMN provider TEXT;
ALTER TABLE submission_aside ADD COLUMN provider TEXT;
ALTER TABLE openrosa_instance ADD COLUMN provider TEXT;

-- Of what is older nobody knows more than what the account says now, as until now.
UPDATE submission SET provider =
    (SELECT coalesce(u.provider, '') FROM app_user u WHERE u.id = submission.user_id AND u.role = 'provider');
UPDATE submission_aside SET provider =
    (SELECT coalesce(u.provider, '') FROM app_user u WHERE u.id = submission_aside.user_id AND u.role = 'provider');
UPDATE openrosa_instance SET provider =
    (SELECT coalesce(u.provider, '') FROM app_user u WHERE u.id = openrosa_instance.user_id AND u.role = 'provider');

-- The entities that a submission names and says nothing of: an assessment of somebody who lives in a household. It follows from the submissions.
CREATE TABLE submission_about (
    list           TEXT NOT NULL,
    id             TEXT NOT NULL,
    submission_id  TEXT NOT NULL,
    PRIMARY KEY (list, id, submission_id)
) STRICT;
