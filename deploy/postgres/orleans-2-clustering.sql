-- Membership: who is in the cluster. One row a cluster with a version, and one row a silo and start of it. Every change of a silo's row
-- also raises the version, and happens only if the version is the one that the silo had read: so all silos see the same order of changes.
-- Only the sign of life (IAmAliveTime) is written without, since nothing is decided by it alone.

CREATE TABLE IF NOT EXISTS OrleansMembershipVersion (
    DeploymentId varchar(150) PRIMARY KEY,
    Version      integer      NOT NULL DEFAULT 0,
    ChangedAt    timestamptz  NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS OrleansMembership (
    DeploymentId varchar(150) NOT NULL REFERENCES OrleansMembershipVersion ON DELETE CASCADE,
    Address      varchar(45)  NOT NULL,
    Port         integer      NOT NULL,
    Generation   integer      NOT NULL,
    SiloName     varchar(150) NOT NULL,
    HostName     varchar(150) NOT NULL,
    Status       integer      NOT NULL,
    ProxyPort    integer      NOT NULL,
    SuspectTimes text,
    StartTime    timestamptz  NOT NULL,
    IAmAliveTime timestamptz  NOT NULL,
    PRIMARY KEY (DeploymentId, Address, Port, Generation)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES

-- one boolean: whether the row was made
('InsertMembershipVersionKey', $$
    WITH made AS (
        INSERT INTO OrleansMembershipVersion (DeploymentId) VALUES (@DeploymentId)
        ON CONFLICT DO NOTHING
        RETURNING 1)
    SELECT EXISTS (SELECT FROM made)
$$),

-- one boolean: false, and nothing changed, when the version is another or the silo is there already
('InsertMembershipKey', $$
    WITH raised AS (
        UPDATE OrleansMembershipVersion
        SET Version = Version + 1, ChangedAt = now()
        WHERE DeploymentId = @DeploymentId AND Version = @Version
            AND NOT EXISTS (
                SELECT FROM OrleansMembership
                WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation)
        RETURNING DeploymentId),
    made AS (
        INSERT INTO OrleansMembership
            (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
        SELECT DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        FROM raised
        RETURNING 1)
    SELECT EXISTS (SELECT FROM made)
$$),

-- one boolean, as above
('UpdateMembershipKey', $$
    WITH raised AS (
        UPDATE OrleansMembershipVersion
        SET Version = Version + 1, ChangedAt = now()
        WHERE DeploymentId = @DeploymentId AND Version = @Version
            AND EXISTS (
                SELECT FROM OrleansMembership
                WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation)
        RETURNING DeploymentId),
    changed AS (
        UPDATE OrleansMembership m
        SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
        FROM raised
        WHERE m.DeploymentId = raised.DeploymentId AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation
        RETURNING 1)
    SELECT EXISTS (SELECT FROM changed)
$$),

('UpdateIAmAlivetimeKey', $$
    UPDATE OrleansMembership SET IAmAliveTime = @IAmAliveTime
    WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
$$),

-- the version with every silo; one row of nulls but for the version where there is no silo
('MembershipReadAllKey', $$
    SELECT v.Version, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime, m.IAmAliveTime
    FROM OrleansMembershipVersion v LEFT JOIN OrleansMembership m USING (DeploymentId)
    WHERE v.DeploymentId = @DeploymentId
$$),

-- the same for one silo
('MembershipReadRowKey', $$
    SELECT v.Version, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime, m.IAmAliveTime
    FROM OrleansMembershipVersion v
    LEFT JOIN OrleansMembership m
        ON m.DeploymentId = v.DeploymentId AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation
    WHERE v.DeploymentId = @DeploymentId
$$),

-- where clients may connect
('GatewaysQueryKey', $$
    SELECT Address, ProxyPort, Generation FROM OrleansMembership
    WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0
$$),

('DeleteMembershipTableEntriesKey', $$
    DELETE FROM OrleansMembershipVersion WHERE DeploymentId = @DeploymentId
$$),

-- silos that are not active (3) and gave their last sign of life before the time given
('CleanupDefunctSiloEntriesKey', $$
    DELETE FROM OrleansMembership
    WHERE DeploymentId = @DeploymentId AND Status <> 3 AND IAmAliveTime < @IAmAliveTime
$$)

ON CONFLICT (QueryKey) DO UPDATE SET QueryText = EXCLUDED.QueryText;
