using Granary.Model;
using Granary.Simulation.Cluster;
using Granary.Simulation.Openb;

namespace Granary.Simulation.Replay;

/// <summary>Which replay reads which kind of trace: the one place where a new kind is added.</summary>
public static class Replays
{
    public static IReadOnlyList<IReplay> All { get; } =
    [
        new ClusterReplay(TraceKind.Swf),
        new ClusterReplay(TraceKind.Tasks),
        new ClusterReplay(TraceKind.LlmRequests),
        new OpenbReplay(),
    ];

    /// <summary>Every policy of any kind of trace.</summary>
    public static IEnumerable<string> Policies => All.SelectMany(r => r.Policies).Distinct();

    /// <summary>Replays under one policy; null for the kind's own default.</summary>
    /// <exception cref="GranaryException">Invalid, for a policy that the kind does not have, and as <see cref="IReplay.Run"/>.</exception>
    public static ReplayReport Run(ReplayRequest request, string? policy, CancellationToken cancel)
    {
        var replay = For(request.Trace);
        if ((request.Load is not null || request.Shuffles is not null) && replay.Kind != TraceKind.OpenbPods)
            throw GranaryException.Invalid($"--load and --shuffles are for traces of GPU pods; {request.Trace.Path} is of kind {replay.Kind}");
        return replay.Run(request, Policy(replay, policy), cancel);
    }

    /// <exception cref="GranaryException">Invalid, when no replay reads it.</exception>
    public static IReplay For(TraceFile trace) =>
        All.FirstOrDefault(r => r.Kind == trace.Kind)
        ?? throw GranaryException.Invalid($"{trace.Path}: traces of kind {trace.Kind} cannot be replayed; those that can: {string.Join(", ", All.Select(r => r.Kind))}");

    private static string Policy(IReplay replay, string? named)
    {
        if (named is null) return replay.Policies[0];
        if (replay.Policies.FirstOrDefault(p => p.Equals(named, StringComparison.OrdinalIgnoreCase)) is { } known) return known;
        throw GranaryException.Invalid($"--policy is '{named}'; for {replay.Kind} traces it can be {string.Join(", ", replay.Policies)}");
    }
}
