using System.Collections.Concurrent;
using Granary.Abstractions;
using Granary.Model;
using Granary.Rest.Http;

namespace Granary.Rest.Metrics;

/// <summary>Takes snapshots, one at a time and no more often than <see cref="RestOptions.SnapshotMaxAge"/>, however many ask.</summary>
internal sealed class Snapshots(Cluster cluster, RestOptions options, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private ClusterSnapshot? _last;

    public async Task<ClusterSnapshot> Recent(CancellationToken cancellation)
    {
        if (Fresh() is { } fresh) return fresh;
        await _one.WaitAsync(cancellation);
        try
        {
            return Fresh() ?? (_last = await Take());
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private ClusterSnapshot? Fresh() => Volatile.Read(ref _last) is { } last && time.GetUtcNow() - last.At < options.SnapshotMaxAge ? last : null;

    private async Task<ClusterSnapshot> Take()
    {
        var unanswered = new ConcurrentBag<string>();
        // Without the directory there is nothing to tell; without one pool or node there is the rest.
        var (pools, nodes) = await cluster.NamesLately().AsTask().WaitAsync(options.SnapshotTimeout, time);
        var views = await Ask(pools, "pool", name => cluster.Pool(name).Describe(), unanswered);
        var shares = await Ask([.. views.Select(v => v.Spec.Name)], "shares of pool", name => cluster.Pool(name).Shares(), unanswered);
        var machines = await Ask(nodes, "node", name => cluster.Node(name).Describe(), unanswered);
        var applications = await Ask([.. views.Select(v => v.Spec.Name)], "metrics of pool", name => cluster.ApplicationOf(name).Summary(options.MetricErrors), unanswered);
        var telemetry = await Ask([.. nodes.Take(options.MetricNodes)], "telemetry of node", async name => new Latest(name, await cluster.TelemetryOf(name).Latest()), unanswered);
        return new(time.GetUtcNow(), views,
            [.. shares.SelectMany(s => s).OrderBy(s => s.Agent, StringComparer.Ordinal).ThenBy(s => s.Pool, StringComparer.Ordinal)],
            machines, [.. unanswered.Order(StringComparer.Ordinal)])
        {
            Applications = applications,
            Telemetry = [.. telemetry.Select(t => (t.Node, t.Values))],
        };
    }

    private sealed record Latest(string Node, IReadOnlyList<TelemetryValue> Values);

    private async Task<IReadOnlyList<T>> Ask<T>(IReadOnlyList<string> names, string what, Func<string, Task<T>> ask, ConcurrentBag<string> unanswered)
        where T : class
    {
        var answers = await Parallelism.Each(names, async Task<T?> (name) =>
        {
            try
            {
                return await ask(name).WaitAsync(options.SnapshotTimeout, time);
            }
            catch (Exception error) when (error is TimeoutException or GranaryException or Orleans.Runtime.OrleansException)
            {
                unanswered.Add($"{what} {name}");
                return null;
            }
        });
        return [.. answers.OfType<T>()];
    }
}
