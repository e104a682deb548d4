using System.CommandLine;
using System.Globalization;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Model;
using Granary.Parallelism.Stealing;
using Granary.Simulation.Llm;
using Granary.Simulation.Replay;

namespace Granary.Cli.Commands;

/// <summary><c>replay TRACE</c>: simulates a trace in virtual time, under one policy or several side by side. Needs no server.</summary>
internal static class ReplayCommand
{
    public static Command Create(CommandScope scope)
    {
        var options = new ReplayOptions();
        var command = new Command("replay", "simulate a trace: SWF, openb pods, LLM requests, or Granary's own tasks");
        command.Arguments.Add(options.Trace);
        foreach (var option in options.All) command.Options.Add(option);
        return scope.Does(command, (call, cancel) => Task.Run(() => Run(call, options, cancel), CancellationToken.None));
    }

    private static int Run(Call call, ReplayOptions options, CancellationToken cancel)
    {
        var request = options.Request(call);
        var policies = call.Get(options.Policy)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        using var executor = new WorkStealingExecutor();
        var reports = policies.Length == 0 ? [Replays.Run(request, null, cancel)] : executor.Map(policies, p => Replays.Run(request, p, cancel), cancel);
        if (call.ForPeople) foreach (var note in reports.SelectMany(r => r.Notes).Distinct()) call.Note("granary: " + note);
        // One policy is one object, as scripts expect; several are an array of them.
        if (reports.Length == 1 && call.Format is OutputFormat.Json or OutputFormat.Yaml) call.Document(ReplayJson.Write(reports[0]));
        else call.Write(reports, ReplayListing.All);
        return ExitCodes.Done;
    }
}

/// <summary>What <c>replay</c> may be told.</summary>
internal sealed class ReplayOptions
{
    public Argument<string> Trace { get; } = new("trace") { Description = "trace file, plain or gzip", HelpName = "TRACE" };

    public Option<string?> Nodes { get; } = new("--nodes")
    {
        Description = "number of nodes, or a file of them (default: what the trace says)",
        HelpName = "N|FILE",
    };

    public Option<string?> Policy { get; } = new("--policy")
    {
        Description = "policy, or several with commas between; " + string.Join("; ", Replays.All
            .GroupBy(r => string.Join(", ", r.Policies), r => r.Kind == TraceKind.OpenbPods ? "GPU pods" : "jobs")
            .Select(g => $"{g.First()}: {g.Key}")),
        HelpName = "P",
    };

    public Option<AgentsFrom> AgentsFrom { get; } = new("--agents-from")
    {
        Description = "whose a job is: user, group or queue (default: user)",
        HelpName = "FIELD",
        CustomParser = Parse.Word<AgentsFrom>("--agents-from"),
    };

    public Option<int> Seed { get; } = new("--seed") { Description = "for what is random; same seed, same result", HelpName = "N", DefaultValueFactory = _ => 1 };

    public Option<IReadOnlyList<NodeLoss>> LoseNode { get; } = new("--lose-node")
    {
        Description = "so long after the first submission so many nodes vanish; may be repeated",
        HelpName = "AT:N",
        CustomParser = result => [.. result.Tokens.Select(t => Loss(t.Value, result.AddError))],
    };

    public Option<IReadOnlyList<SlowNodes>> SlowNode { get; } = new("--slow-node")
    {
        Description = "so many nodes take so many times longer; may be repeated",
        HelpName = "N:FACTOR",
        CustomParser = result => [.. result.Tokens.Select(t => Slow(t.Value, result.AddError))],
    };

    public Option<double> PromptRate { get; } = new("--prompt-rate")
    {
        Description = "LLM requests: prompt tokens a second that one slot reads",
        HelpName = "N",
        DefaultValueFactory = _ => new LlmCapacity().PromptTokensPerS,
    };

    public Option<double> TokenRate { get; } = new("--token-rate")
    {
        Description = "LLM requests: tokens a second that one slot writes",
        HelpName = "N",
        DefaultValueFactory = _ => new LlmCapacity().GeneratedTokensPerS,
    };

    public Option<double?> Load { get; } = new("--load")
    {
        Description = "GPU traces: how much of all GPUs is asked for when the allocation is measured, up to 4 (default: 1.0)",
        HelpName = "X",
    };

    public Option<int?> Shuffles { get; } = new("--shuffles")
    {
        Description = "GPU traces: over how many random orders the allocation is averaged; 0 leaves it out (default: 10)",
        HelpName = "N",
    };

    public IEnumerable<Option> All => [Nodes, Policy, AgentsFrom, Seed, LoseNode, SlowNode, PromptRate, TokenRate, Load, Shuffles];

    public ReplayRequest Request(Call call) => new()
    {
        Trace = TraceFile.Open(call.Get(Trace)!),
        Nodes = call.Get(Nodes),
        AgentsFrom = call.Get(AgentsFrom),
        Seed = call.Get(Seed),
        Losses = call.Get(LoseNode) ?? [],
        Slow = call.Get(SlowNode) ?? [],
        Llm = new LlmCapacity { PromptTokensPerS = call.Get(PromptRate), GeneratedTokensPerS = call.Get(TokenRate) },
        Load = call.Get(Load),
        Shuffles = call.Get(Shuffles),
    };

    private static NodeLoss Loss(string text, Action<string> refuse)
    {
        var parts = text.Split(':');
        if (parts.Length == 2 && Durations.TryParse(parts[0], out var at, out _)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var nodes) && nodes > 0) return new NodeLoss(at.TotalSeconds, nodes);
        refuse($"--lose-node is '{text}'; write AT:N, like 2h:16 for 16 nodes two hours after the first submission");
        return new NodeLoss(0, 1);
    }

    private static SlowNodes Slow(string text, Action<string> refuse)
    {
        var parts = text.Split(':');
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var nodes) && nodes > 0
            && double.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor is >= 1 and <= 1e6)
            return new SlowNodes(nodes, factor);
        refuse($"--slow-node is '{text}'; write N:FACTOR, like 8:1.5 for 8 nodes on which everything takes one and a half times as long");
        return new SlowNodes(1, 1);
    }
}
