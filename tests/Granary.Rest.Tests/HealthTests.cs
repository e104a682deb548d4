using System.Net;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Rest.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task Live_as_long_as_it_answers_and_ready_while_grains_do()
    {
        await using var server = await RestServer.Start();
        Assert.Equal("healthy", (string)(await server.Get("/health/live").Json())["status"]!);
        Assert.Equal("ok", (string)(await server.Get("/health/ready").Json())["checks"]!["grains"]!);
        server.Cluster.Failure = GranaryException.Unavailable("stopping");
        Assert.Equal("healthy", (string)(await server.Get("/health/live").Json())["status"]!);
        var ready = await server.Get("/health/ready").Json(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("unhealthy", (string)ready["status"]!);
        Assert.Contains("cannot be asked", (string)ready["checks"]!["grains"]!);
    }

    [Fact]
    public async Task The_servers_own_checks_count_when_they_are_tagged_ready()
    {
        await using var server = await RestServer.Start(services: services => services.AddHealthChecks()
            .AddCheck("journal", () => HealthCheckResult.Unhealthy("the disk is full"), [GranaryRest.ReadyTag])
            .AddCheck("other", () => HealthCheckResult.Unhealthy("no matter")));
        var ready = await server.Get("/health/ready").Json(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("the disk is full", (string)ready["checks"]!["journal"]!);
        Assert.Null(ready["checks"]!["other"]);
    }
}
