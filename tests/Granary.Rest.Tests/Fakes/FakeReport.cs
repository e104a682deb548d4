using Granary.Abstractions;
using Granary.Abstractions.Json;

namespace Granary.Rest.Tests.Fakes;

/// <summary>One bottleneck, of whatever was asked for.</summary>
internal sealed class FakeReport(FakeCluster cluster, string node) : IReportGrain
{
    public Task<byte[]> Report(IReadOnlyList<string> tasks)
    {
        cluster.Check();
        return Task.FromResult(UseReportJson.Encode([.. (tasks.Count == 0 ? [$"node {node}"] : tasks.Select(t => $"task {t}")).Select(of =>
            new UseReportJson(of, cluster.Now, [], [new("cpu", "warning", of, cluster.Now, cluster.Now, "busy", [new("cpu", 0.95, 0.9)], "run less")], [], ["run less"]))]));
    }
}
