using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Memory.Shared;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>memory list|stats|verify|reclaim|create PATH</c>: memory that processes of this machine share. Needs no server.</summary>
internal static class MemoryCommand
{
    private const string Directory = "/dev/shm";

    public static Command Create(CommandScope scope) => new("memory", "memory that processes of this machine share: look at it, check it, take back what the dead held")
    {
        List(scope), Stats(scope), Verify(scope), Reclaim(scope), Make(scope),
    };

    private static Command List(CommandScope scope)
    {
        var path = Path();
        return Does(scope, new Command("list", "objects: whose, how large, who holds them") { path }, call => call.Show(() =>
        {
            call.Write(SharedPoolInspection.Read(Find(call.Get(path))).Objects(), SharedMemoryListing.Objects);
            return Task.FromResult(ExitCodes.Done);
        }, CancellationToken.None));
    }

    private static Command Stats(CommandScope scope)
    {
        var path = Path();
        return Does(scope, new Command("stats", "room, sharing, compression, and what each agent has") { path }, call => call.Show(() =>
        {
            var stats = SharedPoolInspection.Read(Find(call.Get(path))).Statistics();
            if (call.Format is OutputFormat.Json or OutputFormat.Yaml) call.Document(SharedMemoryListing.Json(stats));
            else
            {
                if (call.ForPeople) foreach (var line in SharedMemoryListing.Text(stats)) call.Out.WriteLine(line);
                call.Write(stats.Agents, SharedMemoryListing.Agents);
            }
            return Task.FromResult(ExitCodes.Done);
        }, CancellationToken.None));
    }

    private static Command Verify(CommandScope scope)
    {
        var path = Path();
        return Does(scope, new Command("verify", "check tables and contents without mapping the file; 1 when something is wrong") { path }, call =>
        {
            var (file, problems) = (Find(call.Get(path)), (IReadOnlyList<string>)[]);
            problems = SharedPoolInspection.Problems(file, contents: true);
            if (call.ForPeople)
            {
                call.Out.WriteLine(problems.Count == 0 ? $"{file}: all is well" : $"{file}: {problems.Count} problems:");
                foreach (var problem in problems) call.Out.WriteLine(problem);
            }
            else call.Document(new JsonObject { ["path"] = file, ["problems"] = new JsonArray([.. problems.Select(p => (JsonNode)p)]) });
            return Task.FromResult(problems.Count == 0 ? ExitCodes.Done : ExitCodes.Failed);
        });
    }

    private static Command Reclaim(CommandScope scope)
    {
        var path = Path();
        return Does(scope, new Command("reclaim", "take back what processes held that are gone") { path }, call =>
        {
            using var pool = SharedPool.Open(Find(call.Get(path)), "granary");
            var taken = pool.Reclaim();
            var stats = pool.Statistics();
            if (call.ForPeople) call.Out.WriteLine($"{pool.Path}: {taken} references and processes taken back, {Bytes.Text(stats.Free)} of {Bytes.Text(stats.Capacity)} free");
            else call.Document(new JsonObject { ["path"] = pool.Path, ["reclaimed"] = taken, ["free"] = stats.Free });
            return Task.FromResult(ExitCodes.Done);
        });
    }

    private static Command Make(CommandScope scope)
    {
        var path = new Argument<string>("path") { Description = "a file that does not exist yet; a name alone is under /dev/shm", HelpName = "PATH" };
        var size = new Option<long>("--size") { Description = "for objects, like 256Mi; taken at once", HelpName = "SIZE", Required = true, CustomParser = Size("--size") };
        var limit = new Option<long>("--per-agent") { Description = "what one agent may have (default: no limit)", HelpName = "SIZE", CustomParser = Size("--per-agent") };
        return Does(scope, new Command("create", "make a pool") { path, size, limit }, call =>
        {
            try
            {
                using var pool = SharedPool.Create(Under(call.Get(path)!), new SharedPoolOptions { Capacity = call.Get(size), DefaultLimit = call.Get(limit) }, "granary");
                call.Out.WriteLine(pool.Path);
                return Task.FromResult(ExitCodes.Done);
            }
            catch (ArgumentException e)
            {
                throw GranaryException.Invalid(e.Message);
            }
        });
    }

    private static Command Does(CommandScope scope, Command command, Func<Call, Task<int>> run) => scope.Does(command, async (call, _) =>
    {
        try
        {
            return await run(call);
        }
        catch (SharedPoolException e)
        {
            throw GranaryException.Refused(e.Message);
        }
    });

    private static Argument<string?> Path() => new("path") { Description = "its file; a name alone is under /dev/shm (default: the only granary-* there)", HelpName = "PATH", Arity = ArgumentArity.ZeroOrOne };

    private static string Under(string path) => path.Contains('/', StringComparison.Ordinal) ? System.IO.Path.GetFullPath(path) : System.IO.Path.Combine(Directory, path);

    private static string Find(string? path)
    {
        if (path is not null) return File.Exists(Under(path)) ? Under(path) : throw GranaryException.NotFound($"there is no {Under(path)}; 'granary memory create' makes one");
        var there = System.IO.Directory.Exists(Directory) ? System.IO.Directory.GetFiles(Directory, "granary-*") : [];
        return there.Length == 1 ? there[0] : throw GranaryException.NotFound(there.Length == 0
            ? $"there is no shared pool in {Directory}: Node:SharedMemory=256Mi has a node make one, or 'granary memory create'"
            : $"there are several shared pools: {string.Join(", ", there.Order(StringComparer.Ordinal))}; name one");
    }

    private static Func<System.CommandLine.Parsing.ArgumentResult, long> Size(string option) => result =>
    {
        if (Quantity.TryParseBytes(result.Tokens[0].Value, out var bytes, out var error)) return bytes;
        result.AddError($"{option}: {error}");
        return 0;
    };
}
