-- Reminders: each silo reads those whose grain hash falls into its part of the ring. Versions come from one sequence, so that a reminder
-- that is removed and made again never has an old one: who holds that must not remove the new.

CREATE SEQUENCE IF NOT EXISTS OrleansReminderVersion AS integer CYCLE;

CREATE TABLE IF NOT EXISTS OrleansReminder (
    ServiceId    varchar(150) NOT NULL,
    GrainId      varchar(600) NOT NULL,
    ReminderName varchar(150) NOT NULL,
    StartTime    timestamptz  NOT NULL,
    Period       bigint       NOT NULL, -- milliseconds
    GrainHash    integer      NOT NULL,
    Version      integer      NOT NULL,
    PRIMARY KEY (ServiceId, GrainId, ReminderName)
);

CREATE INDEX IF NOT EXISTS OrleansReminderRing ON OrleansReminder (ServiceId, GrainHash);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES

('ReadReminderRowsKey', $$
    SELECT GrainId, ReminderName, StartTime, Period, Version FROM OrleansReminder
    WHERE ServiceId = @ServiceId AND GrainId = @GrainId
$$),

('ReadReminderRowKey', $$
    SELECT GrainId, ReminderName, StartTime, Period, Version FROM OrleansReminder
    WHERE ServiceId = @ServiceId AND GrainId = @GrainId AND ReminderName = @ReminderName
$$),

-- hashes after the first up to the second
('ReadRangeRows1Key', $$
    SELECT GrainId, ReminderName, StartTime, Period, Version FROM OrleansReminder
    WHERE ServiceId = @ServiceId AND GrainHash > @BeginHash AND GrainHash <= @EndHash
$$),

-- the same where the range goes over the end of the ring, or all of it
('ReadRangeRows2Key', $$
    SELECT GrainId, ReminderName, StartTime, Period, Version FROM OrleansReminder
    WHERE ServiceId = @ServiceId AND (GrainHash > @BeginHash OR GrainHash <= @EndHash)
$$),

('UpsertReminderRowKey', $$
    INSERT INTO OrleansReminder AS known (ServiceId, GrainId, ReminderName, StartTime, Period, GrainHash, Version)
    VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, nextval('OrleansReminderVersion'))
    ON CONFLICT (ServiceId, GrainId, ReminderName) DO UPDATE
    SET StartTime = EXCLUDED.StartTime, Period = EXCLUDED.Period, GrainHash = EXCLUDED.GrainHash, Version = EXCLUDED.Version
    RETURNING known.Version
$$),

-- one boolean: false when it is gone or has been changed since
('DeleteReminderRowKey', $$
    WITH gone AS (
        DELETE FROM OrleansReminder
        WHERE ServiceId = @ServiceId AND GrainId = @GrainId AND ReminderName = @ReminderName AND Version = @Version
        RETURNING 1)
    SELECT EXISTS (SELECT FROM gone)
$$),

('DeleteReminderRowsKey', $$
    DELETE FROM OrleansReminder WHERE ServiceId = @ServiceId
$$)

ON CONFLICT (QueryKey) DO UPDATE SET QueryText = EXCLUDED.QueryText;
