using System.Diagnostics;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Model;
using Granary.Proxy.Metrics;
using Granary.Proxy.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Proxy.Tests;

/// <summary>What who looks at a service is told of its backends, and what is counted of probes.</summary>
public sealed class StandingTests
{
    [Fact]
    public async Task A_backend_that_fails_beside_others_is_shown_ejected_and_its_failures_do_not_make_it_look_fast()
    {
        await using var good = await WebBackend.NamedAsync("good");
        await using var bad = await WebBackend.StartAsync(context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Algorithm = ServiceAlgorithm.RoundRobin }, ProxyServer.At("bad", bad.Address), ProxyServer.At("good", good.Address));
        for (var i = 0; i < 12; i++) await proxy.Client.GetAsync("/services/s");
        var shown = await ShownAsync(proxy, "s");
        var (first, second) = (shown["bad"], shown["good"]);
        Assert.Equal("ejected", first.GetProperty("state").GetString());
        Assert.True(first.GetProperty("ejected").GetBoolean());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("latency_ms").ValueKind);
        Assert.Equal(("ready", false, "closed", 0), (second.GetProperty("state").GetString(), second.GetProperty("ejected").GetBoolean(), second.GetProperty("breaker").GetString(), second.GetProperty("in_flight").GetInt32()));
        Assert.InRange(second.GetProperty("latency_ms").GetDouble(), 0.001, 30_000);
        Assert.Equal(JsonValueKind.Null, second.GetProperty("healthy").ValueKind); // it has no probes
    }

    [Fact]
    public async Task A_backend_that_is_alone_and_fails_is_shown_with_an_open_breaker()
    {
        await using var bad = await WebBackend.StartAsync(context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync("s", bad.Address);
        await Until.TrueAsync(() =>
        {
            proxy.Client.GetAsync("/services/s").GetAwaiter().GetResult().Dispose();
            return proxy.Catalog.Of("s").Single().Breaker == BreakerState.Open;
        }, "its breaker does not open");
        var standing = Assert.Single(proxy.Catalog.Of("s"));
        Assert.False(standing.Ejected);
        Assert.Contains(standing.State, (BackendState[])[BackendState.Open, BackendState.Trying]);
    }

    [Fact]
    public async Task Without_passive_checks_there_is_no_breaker_and_a_service_that_is_not_known_has_no_standing()
    {
        await using var good = await WebBackend.NamedAsync("good");
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { PassiveChecks = false }, good.Address);
        Assert.Null(Assert.Single(proxy.Catalog.Of("s")).Breaker);
        Assert.Empty(proxy.Catalog.Of("nobody"));
    }

    [Fact]
    public async Task Probes_are_counted_by_service_and_end_and_the_rest_is_summed()
    {
        await using var good = await WebBackend.NamedAsync("good");
        await using var bad = await WebBackend.StartAsync(context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var hanging = await WebBackend.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        var gone = await WebBackend.NamedAsync("gone");
        var away = gone.Address;
        await gone.DisposeAsync();
        await using var proxy = await ProxyServer.StartAsync(new ProxyOptions { MetricServices = 1 });
        var probe = new ServiceProbe("/", TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100));
        await proxy.DeclareAsync(ProxyServer.Spec("first") with { Probe = probe }, good.Address, bad.Address, hanging.Address, away);
        await Until.TrueAsync(() => Lines(proxy).Count(l => l.StartsWith("granary_service_probes_total{service=\"first\"", StringComparison.Ordinal) && !l.EndsWith(" 0", StringComparison.Ordinal)) == 4, "not all four ends are counted");
        await proxy.DeclareAsync(ProxyServer.Spec("second") with { Probe = probe }, good.Address);
        await Until.TrueAsync(() => Lines(proxy).Any(l => l.StartsWith("granary_service_probes_total{service=\"_other\",outcome=\"good\"}", StringComparison.Ordinal)), "the second service is not summed");
        Assert.DoesNotContain(Lines(proxy), l => l.Contains("\"second\"", StringComparison.Ordinal));
        Assert.DoesNotContain(Lines(proxy), l => l.StartsWith("granary_service_requests_total{", StringComparison.Ordinal)); // a probe is no request
    }

    [Fact]
    public async Task Promtool_finds_nothing_wrong_with_what_is_told_of_services()
    {
        var promtool = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipUnless(promtool is not null, "promtool is not on the PATH");
        await using var good = await WebBackend.NamedAsync("good");
        await using var proxy = await ProxyServer.StartAsync();
        await proxy.DeclareAsync(ProxyServer.Spec("s") with { Probe = new ServiceProbe("/", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)) }, good.Address);
        await proxy.Client.GetStringAsync("/services/s");
        await Until.TrueAsync(() => Lines(proxy).Any(l => l.StartsWith("granary_service_probes_total{service=\"s\",outcome=\"good\"}", StringComparison.Ordinal)), "no probe is counted");
        using var process = Process.Start(new ProcessStartInfo(promtool!, "check metrics") { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.StandardInput.WriteAsync(string.Join('\n', Lines(proxy)));
        process.StandardInput.Close();
        var said = await process.StandardError.ReadToEndAsync() + await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
    }

    private static string[] Lines(ProxyServer proxy)
    {
        var text = new Rest.Metrics.PrometheusText();
        proxy.Services.GetRequiredService<ServiceMeters>().Write(text);
        return text.ToString().Split('\n');
    }

    private static async Task<Dictionary<string, JsonElement>> ShownAsync(ProxyServer proxy, string service)
    {
        var shown = JsonDocument.Parse(await proxy.Client.GetStringAsync($"/api/services/{service}")).RootElement;
        return shown.GetProperty("backends").EnumerateArray().ToDictionary(b => b.GetProperty("name").GetString()!);
    }
}
