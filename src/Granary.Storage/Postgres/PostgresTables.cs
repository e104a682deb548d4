namespace Granary.Storage;

/// <summary>
/// The tables and functions, in the order of their versions. All are made in the schema of the options, which is the search path. Writes
/// of several callers are one round trip: the functions take arrays, fence each caller's part, and say what became of it.
/// </summary>
internal static class PostgresTables
{
    /// <summary>What leads from each version to the next, the first from nothing.</summary>
    public static IReadOnlyList<string> Steps { get; } = [First];

    // text is compared by its bytes, as SQLite does; payloads are compact already, so PostgreSQL need not try to compress them
    private const string First = """
        CREATE TABLE schema_version(version integer PRIMARY KEY, since timestamptz NOT NULL);
        CREATE TABLE pool(id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE,
            last bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50);
        CREATE TABLE journal(pool integer NOT NULL, seq bigint NOT NULL, format smallint NOT NULL, crc bigint NOT NULL,
            payload bytea NOT NULL, PRIMARY KEY(pool, seq));
        CREATE TABLE snapshot(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pool integer NOT NULL, seq bigint NOT NULL,
            sealed boolean NOT NULL, format smallint NOT NULL, crc bigint NOT NULL, length bigint NOT NULL, taken timestamptz NOT NULL);
        CREATE INDEX snapshot_pool ON snapshot(pool, seq);
        CREATE TABLE snapshot_piece(snapshot bigint NOT NULL REFERENCES snapshot ON DELETE CASCADE, piece integer NOT NULL,
            data bytea NOT NULL, PRIMARY KEY(snapshot, piece));
        ALTER TABLE journal ALTER payload SET STORAGE EXTERNAL;
        ALTER TABLE snapshot_piece ALTER data SET STORAGE EXTERNAL;
        CREATE TABLE task(pool integer NOT NULL, number bigint NOT NULL, agent text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
            state smallint NOT NULL, reason text NOT NULL, priority integer NOT NULL, node text NOT NULL, attempt integer NOT NULL,
            idx integer NOT NULL, submitted bigint NOT NULL, started bigint, finished bigint NOT NULL, deadline bigint,
            cause smallint, exit_code integer, signal integer, exit_message text NOT NULL, peak_memory_kib bigint, cpu_us bigint,
            wall_us bigint, token bigint NOT NULL, labels text COLLATE "C" NOT NULL, after bytea, spec bytea NOT NULL,
            PRIMARY KEY(pool, number));
        CREATE INDEX task_agent ON task(pool, agent, number);
        CREATE INDEX task_not_succeeded ON task(pool, state, number) WHERE state <> 3;
        CREATE INDEX task_finished ON task(pool, finished);
        CREATE TABLE state(grain_type text COLLATE "C" NOT NULL, state_name text COLLATE "C" NOT NULL, grain_key text COLLATE "C" NOT NULL,
            etag bigint NOT NULL, data bytea, PRIMARY KEY(grain_type, state_name, grain_key));
        CREATE VIEW journal_entry AS SELECT pool.name AS pool, seq AS sequence, length(payload) AS bytes
            FROM journal JOIN pool ON pool.id = journal.pool;
        CREATE VIEW finished_task AS SELECT pool.name || '/' || number AS task, agent, task.name, state, reason, priority, node, attempt,
            to_timestamp(submitted / 1e6) AS submitted, to_timestamp(started / 1e6) AS started, to_timestamp(finished / 1e6) AS finished,
            exit_code, signal, exit_message, peak_memory_kib, labels FROM task JOIN pool ON pool.id = task.pool;
        """ + Append + Snapshots + Tasks + States;

    // Entries of one pool follow one another, in the order of their callers. The pool's row is locked until the commit, so a second
    // server waits here and then sees what the first one wrote. Returns for each entry the last sequence it met: it was written
    // if its own is one more.
    private const string Append = """
        CREATE FUNCTION append(pools text[], seqs bigint[], entry_format smallint, crcs bigint[], payloads bytea[], t_entry integer[],
            t_number bigint[], t_agent text[], t_name text[], t_state smallint[], t_reason text[], t_priority integer[], t_node text[],
            t_attempt integer[], t_idx integer[], t_submitted bigint[], t_started bigint[], t_finished bigint[], t_deadline bigint[],
            t_cause smallint[], t_exit_code integer[], t_signal integer[], t_exit_message text[], t_peak_memory_kib bigint[],
            t_cpu_us bigint[], t_wall_us bigint[], t_token bigint[], t_labels text[], t_after bytea[], t_spec bytea[])
        RETURNS bigint[] LANGUAGE plpgsql AS $function$
        #variable_conflict use_column
        DECLARE
            met bigint[] := '{}';
            ids integer[] := '{}';
            good boolean[] := '{}';
            pool_id integer;
            pool_last bigint;
        BEGIN
            FOR i IN 1 .. cardinality(pools) LOOP
                IF i = 1 OR pools[i] <> pools[i - 1] THEN
                    SELECT id, last INTO pool_id, pool_last FROM pool WHERE name = pools[i] FOR UPDATE;
                    IF NOT FOUND THEN
                        INSERT INTO pool(name) VALUES (pools[i]) ON CONFLICT DO NOTHING;
                        SELECT id, last INTO pool_id, pool_last FROM pool WHERE name = pools[i] FOR UPDATE;
                    END IF;
                END IF;
                met[i] := pool_last;
                ids[i] := pool_id;
                good[i] := seqs[i] = pool_last + 1;
                IF good[i] THEN pool_last := seqs[i]; END IF;
                IF i = cardinality(pools) OR pools[i + 1] <> pools[i] THEN
                    UPDATE pool SET last = pool_last WHERE id = pool_id AND last <> pool_last;
                END IF;
            END LOOP;
            INSERT INTO journal(pool, seq, format, crc, payload)
                SELECT e.id, e.seq, entry_format, e.crc, e.payload FROM unnest(ids, seqs, crcs, payloads, good) AS e(id, seq, crc, payload, good)
                WHERE e.good;
            IF cardinality(t_entry) > 0 THEN
                PERFORM put_tasks((SELECT array_agg(CASE WHEN good[e] THEN ids[e] END ORDER BY place)
                    FROM unnest(t_entry) WITH ORDINALITY AS u(e, place)), t_number, t_agent, t_name, t_state, t_reason, t_priority, t_node,
                    t_attempt, t_idx, t_submitted, t_started, t_finished, t_deadline, t_cause, t_exit_code, t_signal, t_exit_message,
                    t_peak_memory_kib, t_cpu_us, t_wall_us, t_token, t_labels, t_after, t_spec);
            END IF;
            RETURN met;
        END $function$;
        """;

    // A snapshot counts once it is sealed. Its pieces hang on its head: what removes the head takes them with it, and a writer whose
    // head was removed (a newer snapshot came meanwhile) adds none.
    private const string Snapshots = """
        CREATE FUNCTION begin_snapshot(of_pool text, at_seq bigint, in_format smallint, at_time timestamptz)
        RETURNS TABLE(new_id bigint, pool_last bigint) LANGUAGE plpgsql AS $function$
        DECLARE
            pool_id integer;
        BEGIN
            SELECT p.id, p.last INTO pool_id, pool_last FROM pool p WHERE p.name = of_pool FOR UPDATE;
            pool_last := coalesce(pool_last, 0);
            IF at_seq <= pool_last AND NOT EXISTS (SELECT FROM snapshot s WHERE s.pool = pool_id AND s.sealed AND s.seq >= at_seq) THEN
                INSERT INTO snapshot(pool, seq, sealed, format, crc, length, taken) VALUES (pool_id, at_seq, false, in_format, 0, 0, at_time)
                    RETURNING id INTO new_id;
            END IF;
            RETURN NEXT;
        END $function$;
        CREATE FUNCTION add_snapshot_piece(of_snapshot bigint, number integer, bytes bytea) RETURNS boolean LANGUAGE plpgsql AS $function$
        BEGIN
            PERFORM FROM snapshot WHERE id = of_snapshot FOR KEY SHARE;
            IF FOUND THEN
                INSERT INTO snapshot_piece(snapshot, piece, data) VALUES (of_snapshot, number, bytes);
            END IF;
            RETURN FOUND;
        END $function$;
        CREATE FUNCTION seal_snapshot(of_snapshot bigint, with_crc bigint, with_length bigint) RETURNS boolean LANGUAGE plpgsql AS $function$
        BEGIN
            PERFORM FROM pool WHERE id = (SELECT s.pool FROM snapshot s WHERE s.id = of_snapshot) FOR UPDATE;
            UPDATE snapshot s SET sealed = true, crc = with_crc, length = with_length WHERE s.id = of_snapshot
                AND NOT EXISTS (SELECT FROM snapshot o WHERE o.pool = s.pool AND o.sealed AND o.seq >= s.seq);
            RETURN FOUND;
        END $function$;
        CREATE FUNCTION truncate_journal(of_pool text, most bigint) RETURNS boolean LANGUAGE plpgsql AS $function$
        DECLARE
            pool_id integer;
            kept bigint;
            kept_seq bigint;
            removed bigint;
        BEGIN
            SELECT p.id INTO pool_id FROM pool p WHERE p.name = of_pool FOR UPDATE;
            SELECT id, seq INTO kept, kept_seq FROM snapshot WHERE pool = pool_id AND sealed ORDER BY seq DESC, id DESC LIMIT 1;
            IF NOT FOUND THEN RETURN false; END IF;
            DELETE FROM snapshot WHERE pool = pool_id AND seq <= kept_seq AND id <> kept;
            DELETE FROM journal WHERE pool = pool_id
                AND seq <= least(kept_seq, (SELECT min(seq) FROM journal WHERE pool = pool_id) + most - 1);
            GET DIAGNOSTICS removed = ROW_COUNT;
            RETURN removed >= most;
        END $function$;
        """;

    // of a task that comes twice the later one counts; one whose pool is null belongs to an append that was fenced
    private const string Tasks = """
        CREATE FUNCTION put_tasks(t_pool integer[], t_number bigint[], t_agent text[], t_name text[], t_state smallint[], t_reason text[],
            t_priority integer[], t_node text[], t_attempt integer[], t_idx integer[], t_submitted bigint[], t_started bigint[],
            t_finished bigint[], t_deadline bigint[], t_cause smallint[], t_exit_code integer[], t_signal integer[],
            t_exit_message text[], t_peak_memory_kib bigint[], t_cpu_us bigint[], t_wall_us bigint[], t_token bigint[], t_labels text[],
            t_after bytea[], t_spec bytea[])
        RETURNS void LANGUAGE sql AS $function$
            INSERT INTO task(pool, number, agent, name, state, reason, priority, node, attempt, idx, submitted, started, finished, deadline,
                cause, exit_code, signal, exit_message, peak_memory_kib, cpu_us, wall_us, token, labels, after, spec)
            SELECT DISTINCT ON (t.pool, t.number) t.pool, t.number, t.agent, t.name, t.state, t.reason, t.priority, t.node, t.attempt, t.idx,
                t.submitted, t.started, t.finished, t.deadline, t.cause, t.exit_code, t.signal, t.exit_message, t.peak_memory_kib, t.cpu_us,
                t.wall_us, t.token, t.labels, t.after, t.spec
            FROM unnest(t_pool, t_number, t_agent, t_name, t_state, t_reason, t_priority, t_node, t_attempt, t_idx, t_submitted, t_started,
                t_finished, t_deadline, t_cause, t_exit_code, t_signal, t_exit_message, t_peak_memory_kib, t_cpu_us, t_wall_us, t_token,
                t_labels, t_after, t_spec) WITH ORDINALITY AS t(pool, number, agent, name, state, reason, priority, node, attempt, idx,
                submitted, started, finished, deadline, cause, exit_code, signal, exit_message, peak_memory_kib, cpu_us, wall_us, token,
                labels, after, spec, place)
            WHERE t.pool IS NOT NULL
            ORDER BY t.pool, t.number, t.place DESC
            ON CONFLICT (pool, number) DO UPDATE SET agent = excluded.agent, name = excluded.name, state = excluded.state,
                reason = excluded.reason, priority = excluded.priority, node = excluded.node, attempt = excluded.attempt,
                idx = excluded.idx, submitted = excluded.submitted, started = excluded.started, finished = excluded.finished,
                deadline = excluded.deadline, cause = excluded.cause, exit_code = excluded.exit_code, signal = excluded.signal,
                exit_message = excluded.exit_message, peak_memory_kib = excluded.peak_memory_kib, cpu_us = excluded.cpu_us,
                wall_us = excluded.wall_us, token = excluded.token, labels = excluded.labels, after = excluded.after, spec = excluded.spec;
        $function$;
        CREATE FUNCTION delete_finished(of_pool text, finished_before bigint, most integer) RETURNS integer LANGUAGE plpgsql AS $function$
        DECLARE
            removed integer;
        BEGIN
            DELETE FROM task t USING (SELECT d.pool, d.number FROM task d WHERE d.pool = (SELECT p.id FROM pool p WHERE p.name = of_pool)
                AND d.finished < finished_before ORDER BY d.finished LIMIT most) old
                WHERE t.pool = old.pool AND t.number = old.number;
            GET DIAGNOSTICS removed = ROW_COUNT;
            RETURN removed;
        END $function$;
        """;

    // compare and set: writes when the record has the expected ETag (null: when there is none). A cleared record keeps its ETag.
    private const string States = """
        CREATE FUNCTION put_state(of_type text, of_name text, of_key text, expected bigint, bytes bytea)
        RETURNS TABLE(stored bigint, written bigint) LANGUAGE plpgsql AS $function$
        BEGIN
            SELECT s.etag INTO stored FROM state s
                WHERE s.grain_type = of_type AND s.state_name = of_name AND s.grain_key = of_key FOR UPDATE;
            IF stored IS NULL AND expected IS NULL THEN
                INSERT INTO state(grain_type, state_name, grain_key, etag, data) VALUES (of_type, of_name, of_key, 1, bytes)
                    ON CONFLICT DO NOTHING RETURNING etag INTO written;
                IF written IS NULL THEN
                    SELECT s.etag INTO stored FROM state s WHERE s.grain_type = of_type AND s.state_name = of_name AND s.grain_key = of_key;
                END IF;
            ELSIF stored = expected THEN
                UPDATE state s SET etag = s.etag + 1, data = bytes
                    WHERE s.grain_type = of_type AND s.state_name = of_name AND s.grain_key = of_key RETURNING s.etag INTO written;
            END IF;
            RETURN NEXT;
        END $function$;
        """;
}
