using System.CommandLine;
using Granary.Caching.Policies;
using Granary.Caching.Simulation;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;
using Granary.Parallelism.Stealing;

namespace Granary.Cli.Commands;

/// <summary><c>cachesim TRACE</c>: what a cache would have done with a trace, under one policy and size or several side by side. Needs no server.</summary>
internal static class CacheSimCommand
{
    private const string Belady = "belady";

    private static readonly string[] Policies = [.. ReplacementPolicies.Single.Select(Word), Belady, Word(PolicyKind.Auto)];

    public static Command Create(CommandScope scope)
    {
        var trace = new Argument<string>("trace") { Description = "trace file, plain or gzip: oracleGeneral records, block numbers, or CSV with a header", HelpName = "TRACE" };
        var policy = new Option<string>("--policy")
        {
            Description = $"policy, or several with commas between: {string.Join(", ", Policies)}",
            HelpName = "P",
            DefaultValueFactory = _ => Word(PolicyKind.Auto),
        };
        var size = new Option<string>("--size")
        {
            Description = "what the cache holds, or several with commas between: entries, or bytes with a unit like 128MiB",
            HelpName = "N[MiB]",
            Required = true,
        };
        var seed = new Option<int>("--seed") { Description = "for samples and sketches; same seed, same hits", HelpName = "N", DefaultValueFactory = _ => 0 };
        var command = new Command("cachesim", "simulate a cache on a trace: hits and misses by policy");
        command.Arguments.Add(trace);
        foreach (var option in (Option[])[policy, size, seed]) command.Options.Add(option);
        return scope.Does(command, (call, cancel) => Task.Run(
            () => Run(call, call.Get(trace)!, ParsePolicies(call.Get(policy)!), ParseSizes(call.Get(size)!), call.Get(seed), cancel), CancellationToken.None));
    }

    private static int Run(Call call, string path, IReadOnlyList<string> policies, IReadOnlyList<CacheSize> sizes, int seed, CancellationToken cancel)
    {
        var trace = CacheTrace.Read(path);
        if (!trace.HasSizes && sizes.FirstOrDefault(s => s.InBytes) is { Amount: > 0 } inBytes)
            throw GranaryException.Invalid($"--size is {inBytes}, and {path} has no sizes; give a number of entries, like 1000");
        using var executor = new WorkStealingExecutor();
        var runs = sizes.SelectMany(size => policies.Select(policy => (Size: size, Policy: policy))).ToList();
        var reports = executor.Map(runs, run => Simulate(trace, run.Policy, run.Size, seed, cancel), cancel);
        if (call.ForPeople && policies.Contains(Belady))
            foreach (var size in sizes.Where(s => s.InBytes))
                call.Note($"granary: at {size} no cache could have had more than {HitsAtMost(trace, size)} hits; belady is what one that knew the future can do");
        // One run is one object with the fields that scripts expect; several are an array that also says which is which.
        if (reports.Length == 1 && call.Format is OutputFormat.Json or OutputFormat.Yaml) call.Document(CacheSimListing.Json(reports[0]));
        else call.Write(reports, CacheSimListing.All(sizes[0].InBytes));
        return ExitCodes.Done;
    }

    private static CacheSimulationReport Simulate(CacheTrace trace, string policy, CacheSize size, int seed, CancellationToken cancel) => policy == Belady
        ? CacheSimulation.RunBelady(trace.Requests, size.Amount, size.InBytes)
        : CacheSimulation.Run(trace.Requests, ReplacementPolicies.Create(Kind(policy), size.Amount, (ulong)seed), size.InBytes, cancel) with { Policy = policy };

    private static long HitsAtMost(CacheTrace trace, CacheSize size) => Caching.Simulation.Belady.HitsAtMost(trace.Requests, size.Amount);

    private static IReadOnlyList<string> ParsePolicies(string text)
    {
        var names = text.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0) names = [""];
        foreach (var name in names)
            if (!Policies.Contains(name))
                throw GranaryException.Invalid($"--policy is '{name}'; it can be {string.Join(", ", Policies)}");
        return names;
    }

    private static IReadOnlyList<CacheSize> ParseSizes(string text)
    {
        var sizes = new List<CacheSize>();
        foreach (var part in text.Split(','))
        {
            if (!CacheSize.TryParse(part, out var size, out var error)) throw GranaryException.Invalid($"--size: {error}");
            sizes.Add(size);
        }
        return sizes.TrueForAll(s => s.InBytes == sizes[0].InBytes)
            ? sizes
            : throw GranaryException.Invalid("--size mixes entries and bytes; give all in one unit, like 128MiB,256MiB");
    }

    private static PolicyKind Kind(string policy) => Enum.GetValues<PolicyKind>().First(k => Word(k) == policy);

    private static string Word(PolicyKind kind) => kind.ToString().ToLowerInvariant();
}
