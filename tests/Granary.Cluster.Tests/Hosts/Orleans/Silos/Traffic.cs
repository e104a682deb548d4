using System.Collections.Concurrent;
using System.Diagnostics;
using Granary.Client;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;

namespace Granary.Cluster.Tests.Silos;

/// <summary>Submits small tasks to one pool, one call after the other, and remembers what was acknowledged and when.</summary>
internal sealed class Traffic(GranaryClient client, Witness witness, string pool) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(TaskId Task, long Asked, long Answered)> _acknowledged = new();
    private Task _run = Task.CompletedTask;

    public string Pool => pool;

    public IReadOnlyList<TaskId> Acknowledged => [.. _acknowledged.Select(a => a.Task)];

    public Traffic Start()
    {
        _run = RunAsync();
        return this;
    }

    /// <summary>When the first call that was begun at or after <paramref name="moment"/> (of <see cref="Stopwatch"/>) was answered; null when none has been.</summary>
    public long? FirstAnswerSince(long moment) => _acknowledged.Where(a => a.Asked >= moment).Select(a => (long?)a.Answered).Min();

    /// <summary>No new calls; what is under way is waited for.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!_stop.IsCancellationRequested)
        {
            var asked = Stopwatch.GetTimestamp();
            _acknowledged.Enqueue((await client.SubmitAsync(witness.Spec(0.05), pool), asked, Stopwatch.GetTimestamp()));
            await pace.WaitForNextTickAsync();
        }
    }
}
