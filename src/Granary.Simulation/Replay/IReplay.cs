using Granary.Model;

namespace Granary.Simulation.Replay;

/// <summary>Replays one kind of trace in virtual time.</summary>
public interface IReplay
{
    TraceKind Kind { get; }

    /// <summary>Policies it knows; the first is taken when none is named.</summary>
    IReadOnlyList<string> Policies { get; }

    /// <param name="policy">One of <see cref="Policies"/>.</param>
    /// <exception cref="GranaryException">Invalid, for a bad trace, a bad list of nodes, or an option it cannot honour.</exception>
    ReplayReport Run(ReplayRequest request, string policy, CancellationToken cancel);
}
