using Granary.Balancing.Backends;
using Granary.Model;
using Granary.Proxy.Metrics;
using Microsoft.Extensions.Logging;

namespace Granary.Proxy.Catalog;

/// <summary>Asks backends whether they are well: one loop a service, so many probes at once, each within its timeout, and no second one to a backend before the first has ended.</summary>
internal sealed partial class Prober(BackendClient client, ServiceMeters meters, ProxyOptions options, TimeProvider clock, ILogger<Prober> log)
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromMilliseconds(250);

    public void Begin(ServiceRuntime service)
    {
        if (service.Spec.Probe is { } probe) _ = RunAsync(service, probe, service.Over);
    }

    private async Task RunAsync(ServiceRuntime service, ServiceProbe probe, CancellationToken over)
    {
        var tick = probe.Every / 4;
        using var ticks = new PeriodicTimer(tick < LongestTick ? tick : LongestTick, clock);
        using var places = new SemaphoreSlim(options.ProbesAtOnce);
        var asked = new HashSet<Backend>();
        try
        {
            while (await ticks.WaitForNextTickAsync(over))
            {
                var pool = service.Balancer.Pool;
                foreach (var backend in pool.All)
                {
                    lock (asked)
                        if (asked.Contains(backend)) continue;
                    if (places.CurrentCount == 0) break;
                    if (!backend.Active!.TryStartProbe(service.Balancer.NowUs) || !service.Targets.TryGetValue(backend.Name, out var target)) continue;
                    await places.WaitAsync(over);
                    lock (asked) asked.Add(backend);
                    _ = ProbeAsync(backend, target.Prefix + probe.Path);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the service is no more
        }

        async Task ProbeAsync(Backend backend, string url)
        {
            var outcome = await AskAsync(url, service.Version, probe.Timeout, over);
            if (!over.IsCancellationRequested)
            {
                meters.Probed(service, outcome);
                var before = backend.Active!.IsHealthy;
                service.Balancer.Pool.RecordProbe(backend, outcome == ProbeOutcome.Good, service.Balancer.NowUs);
                if (backend.Active.IsHealthy != before) LogChanged(log, backend.Name, service.Spec.Name, backend.Active.IsHealthy ? "healthy" : "unhealthy");
            }
            lock (asked) asked.Remove(backend);
            try
            {
                places.Release();
            }
            catch (ObjectDisposedException)
            {
                // the loop has ended meanwhile
            }
        }
    }

    private async Task<ProbeOutcome> AskAsync(string url, Version version, TimeSpan timeout, CancellationToken over)
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, over);
            using var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.TryAddWithoutValidation("User-Agent", "granary-probe");
            // headers are enough: the body is not read, and the connection closed where there is one
            using var answer = await client.Invoker.SendAsync(request, either.Token);
            return (int)answer.StatusCode is >= 200 and < 400 ? ProbeOutcome.Good : ProbeOutcome.BadStatus;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return limit.IsCancellationRequested ? ProbeOutcome.TimedOut : ProbeOutcome.NoAnswer;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "backend {Backend} of service {Service} is {Health} by its probes")]
    private static partial void LogChanged(ILogger logger, string backend, string service, string health);
}
