using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Cli.CommandLine;
using Granary.Cli.Hosting;
using Granary.Storage;

namespace Granary.Cli.Commands;

/// <summary><c>db init|verify|upgrade|backup|export|import</c>: upkeep of what a server on this data directory keeps its pools in.</summary>
internal static class DbCommand
{
    public static Command Create(CommandScope scope) => new("db", "the database: make, check, upgrade, back up, move")
    {
        Init(scope), Verify(scope), Upgrade(scope), Backup(scope), Export(scope), Import(scope),
    };

    private static Command Init(CommandScope scope) => Does(scope, new Command("init", "make the database; nothing changes where there is one"), async (call, db, cancel) =>
    {
        var found = await db.Init(cancel);
        if (call.ForPeople)
        {
            call.Out.WriteLine(found == 0
                ? $"{db.Store.Place} was made, schema version {Number(db.Store.Version)}"
                : $"{db.Store.Place} is there, schema version {Number(db.Store.Version)}");
        }
        else call.Document(Described(db.Store, db.Store.Version, new JsonObject { ["made"] = found == 0 }));
        return ExitCodes.Done;
    });

    private static Command Upgrade(CommandScope scope) => Does(scope, new Command("upgrade", "take an older database to this build's schema"), async (call, db, cancel) =>
    {
        var found = await db.Upgrade(cancel);
        if (call.ForPeople)
        {
            call.Out.WriteLine(found == db.Store.Version
                ? $"{db.Store.Place} has schema version {Number(found)} already"
                : $"{db.Store.Place} went from schema version {Number(found)} to {Number(db.Store.Version)}");
        }
        else call.Document(Described(db.Store, db.Store.Version, new JsonObject { ["from"] = found }));
        return ExitCodes.Done;
    });

    private static Command Verify(CommandScope scope) => Does(scope,
        new Command("verify", "read every journal and snapshot and check sequences and checksums; 1 when something is wrong"), async (call, db, cancel) =>
        {
            var (version, check) = await db.Run(() => db.Store.VerifyAsync(cancel));
            if (call.ForPeople)
            {
                call.Out.WriteLine($"{db.Store.Place}, schema version {Number(version)}: {Number(check.Pools)} pools, {Number(check.JournalRecords)} journal records, "
                    + $"{Number(check.FinishedTasks)} finished tasks, {Number(check.StateRecords)} states; {(check.Ok ? "all is well" : $"{Number(check.Problems.Count)} problems:")}");
                foreach (var problem in check.Problems) call.Out.WriteLine(problem);
            }
            else
            {
                call.Document(Described(db.Store, version, new JsonObject
                {
                    ["pools"] = check.Pools,
                    ["journal_records"] = check.JournalRecords,
                    ["finished_tasks"] = check.FinishedTasks,
                    ["state_records"] = check.StateRecords,
                    ["problems"] = new JsonArray([.. check.Problems.Select(p => (JsonNode)p)]),
                }));
            }
            return check.Ok ? ExitCodes.Done : ExitCodes.Failed;
        });

    private static Command Backup(CommandScope scope)
    {
        var file = File("a file that does not exist yet");
        return Does(scope, new Command("backup", "copy the database as it is at one moment, while servers go on") { file }, async (call, db, cancel) =>
        {
            var path = call.Get(file)!;
            await db.Run(async () =>
            {
                await db.Store.BackUpAsync(path, cancel);
                return true;
            });
            var bytes = new FileInfo(path).Length;
            if (call.ForPeople) call.Out.WriteLine($"{db.Store.Place} was backed up to {path}, {Number(bytes)} bytes; 'granary db import' restores it");
            else call.Document(Described(db.Store, db.Store.Version, new JsonObject { ["file"] = path, ["bytes"] = bytes }));
            return ExitCodes.Done;
        });
    }

    private static Command Export(CommandScope scope)
    {
        var file = File("a file that does not exist yet");
        return Does(scope, new Command("export", "write everything of one moment to a file that SQLite and PostgreSQL can import") { file }, async (call, db, cancel) =>
        {
            var path = call.Get(file)!;
            Tell(call, db, path, "was exported to", await db.Run(() => db.Store.ExportAsync(path, cancel)));
            return ExitCodes.Done;
        });
    }

    private static Command Import(CommandScope scope)
    {
        var file = File("from 'db export' or 'db backup'");
        return Does(scope, new Command("import", "fill an empty database from an export or a backup; all or nothing") { file }, async (call, db, cancel) =>
        {
            var path = call.Get(file)!;
            Tell(call, db, path, "was filled from", await db.Run(() => db.Store.ImportAsync(path, cancel), reads: true));
            return ExitCodes.Done;
        });
    }

    private static void Tell(Call call, DatabaseUpkeep db, string path, string what, TransferCounts counts)
    {
        if (call.ForPeople)
        {
            call.Out.WriteLine($"{db.Store.Place} {what} {path}: {Number(counts.Pools)} pools, {Number(counts.JournalRecords)} journal records, "
                + $"{Number(counts.FinishedTasks)} finished tasks, {Number(counts.StateRecords)} states");
            return;
        }
        call.Document(Described(db.Store, db.Store.Version, new JsonObject
        {
            ["file"] = path,
            ["pools"] = counts.Pools,
            ["journal_records"] = counts.JournalRecords,
            ["finished_tasks"] = counts.FinishedTasks,
            ["state_records"] = counts.StateRecords,
        }));
    }

    private static Command Does(CommandScope scope, Command command, Func<Call, DatabaseUpkeep, CancellationToken, Task<int>> action)
    {
        var data = new ServerPlace().Data;
        command.Options.Add(data);
        return scope.Does(command, (call, cancel) => action(call, ServerCommands.Database(call.Get(data)), cancel));
    }

    private static Argument<string> File(string what) => new("file") { Description = what, HelpName = "FILE" };

    private static JsonObject Described(IStoreUpkeep store, int version, JsonObject rest)
    {
        var described = new JsonObject { ["database"] = store.Place, ["schema"] = version };
        foreach (var (name, value) in rest.ToList())
        {
            rest.Remove(name);
            described[name] = value;
        }
        return described;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
