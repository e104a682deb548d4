using Granary.Abstractions;
using Granary.Model;

namespace Granary.Execution;

/// <summary>Runs leases in one way: as processes, in-process or on a simulated clock. Calls come from one caller at a time.</summary>
public interface IExecutor : IAsyncDisposable
{
    /// <summary>Begins. What an earlier agent left here goes to the sink first, then everything that happens.</summary>
    Task Connect(IExecutorSink sink, CancellationToken cancel);

    /// <summary>Takes charge of attempts. When it returns they will be started, even if this agent dies: a start that fails is an end.</summary>
    ValueTask Start(IReadOnlyList<Assignment> assignments);

    /// <summary>Ends an attempt; its end is reported with this cause.</summary>
    void Stop(StopLease stop);

    /// <summary>The ends of these are durable at the server: they may be forgotten.</summary>
    void Acknowledge(IReadOnlyList<Lease> ended);
}

/// <summary>Where an executor tells what became of leases; may be called from any thread.</summary>
public interface IExecutorSink
{
    /// <summary>What an executor holds from an earlier agent; called at most once, before the first report.</summary>
    void Adopt(Holdings holdings);

    void Report(IReadOnlyList<TaskReport> reports);

    /// <summary>Another agent has taken over what this one ran.</summary>
    void Superseded(string why);
}

/// <param name="Held">Attempts that live, or whose ends were not acknowledged.</param>
/// <param name="Seen">The newest token of every task it remembers.</param>
public sealed record Holdings(IReadOnlyList<HeldLease> Held, IReadOnlyList<LeaseKey> Seen);
