using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Granary.Abstractions;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;
using Orleans.Runtime;

namespace Granary.Cluster.Tests.Setup;

/// <summary>One trace, from who asks through the server that is asked to the server that has the grain.</summary>
public sealed class TraceTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _heard = new();
    private readonly ActivityListener _listener;

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Microsoft.Orleans", StringComparison.Ordinal) || source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _heard.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task One_trace_crosses_client_server_and_another_server()
    {
        await using var here = await ServersHere.StartAsync(2);
        await using var client = await here.ConnectAsync(here.All[0]);
        var pools = Enumerable.Range(0, 8).Select(i => string.Create(CultureInfo.InvariantCulture, $"p{i}")).ToArray();
        using var asking = new Activity("apply").SetIdFormat(ActivityIdFormat.W3C).Start();
        await client.Cluster.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Apply(new ApplyRequest([.. pools.Select(p => new PoolSpec { Name = p })], [], []));
        asking.Stop();

        // the directory is in one server, and tells the pools, of which some are in the other
        var management = client.Cluster.GetGrain<IManagementGrain>(0);
        var directory = await management.GetActivationAddress(client.Cluster.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key));
        var elsewhere = new List<string>();
        foreach (var pool in pools)
            if (await management.GetActivationAddress(client.Cluster.GetGrain<IPoolGrain>(pool)) is { } place && !place.Equals(directory)) elsewhere.Add(pool);
        Assert.NotEmpty(elsewhere);
        Assert.Contains(InTrace(asking.TraceId, ActivityKind.Client), a => Calls(a, nameof(IDirectoryGrain), nameof(IDirectoryGrain.Apply)));
        Assert.Contains(InTrace(asking.TraceId, ActivityKind.Server), a => Calls(a, nameof(IDirectoryGrain), nameof(IDirectoryGrain.Apply)));
        var told = InTrace(asking.TraceId, ActivityKind.Server).Where(a => Calls(a, nameof(IPoolGrain), nameof(IPoolGrain.Configure))).Select(a => $"{a.GetTagItem("orleans.rpc.target_id")}").ToArray();
        foreach (var pool in elsewhere) Assert.True(told.Any(t => t.EndsWith($"/{pool}", StringComparison.Ordinal)), $"{pool} is not among those told in this trace: {string.Join(' ', told)}\nall: {string.Join(' ', _heard.Select(a => $"{a.OperationName}:{a.Kind}:{a.TraceId == asking.TraceId}"))}");
    }

    [Fact]
    public async Task A_trace_that_comes_by_REST_goes_on_in_the_grains()
    {
        await using var here = await ServersHere.StartAsync(1);
        var trace = ActivityTraceId.CreateRandom();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{FreePort.Loopback(here.All[0].Settings.HttpPort)}") };
        http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        (await http.GetAsync("api/tasks?pool=default")).EnsureSuccessStatusCode();
        Assert.Contains(InTrace(trace, ActivityKind.Server), a => Calls(a, nameof(IPoolGrain), nameof(IPoolGrain.List)));
    }

    private IEnumerable<Activity> InTrace(ActivityTraceId trace, ActivityKind kind) => _heard.Where(a => a.TraceId == trace && a.Kind == kind);

    private static bool Calls(Activity activity, string grain, string method) => activity.OperationName.Contains($"{grain}/{method}", StringComparison.Ordinal);
}
