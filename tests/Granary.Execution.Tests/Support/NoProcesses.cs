using Granary.Abstractions;
using Granary.Model;

namespace Granary.Execution.Tests.Support;

/// <summary>For agents whose tasks are all in-process: no shim is started.</summary>
internal sealed class NoProcesses : IExecutor
{
    public Task Connect(IExecutorSink sink, CancellationToken cancel) => Task.CompletedTask;
    public ValueTask Start(IReadOnlyList<Assignment> assignments) => throw new InvalidOperationException("a process was started");

    public void Stop(StopLease stop)
    {
    }

    public void Acknowledge(IReadOnlyList<Lease> ended)
    {
    }

    public ValueTask DisposeAsync() => default;
}
