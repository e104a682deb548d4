using System.Net;
using Granary.Abstractions;

namespace Granary.Rest.Tests;

public sealed class ReservationTests
{
    private const string Body = """{"agent":"safety","resources":{"cpu":2},"from":"2030-01-31T08:00:00Z","for":"1h","every":"day","count":3}""";

    [Fact]
    public async Task One_is_made_listed_read_and_given_up()
    {
        await using var server = await RestServer.Start();
        var created = await server.Send(HttpMethod.Post, "/api/reservations", Body);
        Assert.Equal("/api/reservations/default/r1", created.Headers.Location!.ToString());
        var made = await created.Json(HttpStatusCode.Created);
        Assert.Equal(("default/r1", "safety", "upcoming", "2", "2030-01-31T08:00:00.000Z", "2030-01-31T09:00:00.000Z", 3600.0, 86400.0, 3),
            ((string)made["id"]!, (string)made["agent"]!, (string)made["state"]!, (string)made["resources"]!["cpu"]!, (string)made["start_time"]!,
             (string)made["end_time"]!, (double)made["for_s"]!, (double)made["every_s"]!, (int)made["windows"]!));
        foreach (var path in new[] { "/api/reservations?pool=default&agent=safety&state=upcoming", "/api/reservations" })
            Assert.Equal("default/r1", (string)Assert.Single((await server.Get(path).Json())["items"]!.AsArray())!["id"]!);
        Assert.Empty((await server.Get("/api/reservations?agent=nobody").Json())["items"]!.AsArray());
        foreach (var id in new[] { "r1", "default%2Fr1", "default/r1" })
            Assert.Equal("default/r1", (string)(await server.Get($"/api/reservations/{id}").Json())["id"]!);
        var ended = await server.Send(HttpMethod.Delete, "/api/reservations/default/r1", null).Json();
        Assert.Equal(("ended", "given up"), ((string)ended["state"]!, (string)ended["note"]!));
        Assert.Contains("no reservation r1", await server.Send(HttpMethod.Delete, "/api/reservations/r1", null).Problem(404));
    }

    [Fact]
    public async Task What_cannot_be_honoured_is_409_with_what_is_available_and_when_it_would_fit()
    {
        await using var server = await RestServer.Start();
        server.Cluster.Pools["default"].RefuseReservations = new ReserveReply
        {
            Error = "cannot reserve cpu=2 for agent safety: at most cpu=1 free",
            Available = new() { CpuMilli = 1000 },
            EarliestStart = new DateTimeOffset(2030, 1, 31, 9, 0, 0, TimeSpan.Zero),
        };
        var problem = await (await server.Send(HttpMethod.Post, "/api/reservations", Body)).Json(HttpStatusCode.Conflict);
        Assert.Equal(("cannot reserve cpu=2 for agent safety: at most cpu=1 free", "1"), ((string)problem["detail"]!, (string)problem["available"]!["cpu"]!));
        Assert.StartsWith("2030-01-31T09:00:00", (string)problem["earliest_start"]!, StringComparison.Ordinal);
        var reply = await (await server.Send(HttpMethod.Post, "/resources/allocate", Body.Replace("{\"agent", "{\"allocation_type\":\"reserve\",\"agent", StringComparison.Ordinal))).Json(HttpStatusCode.Conflict);
        Assert.Equal((false, null, "1", "2030-01-31T09:00:00.000Z"),
            ((bool)reply["success"]!, (string?)reply["allocation_id"], (string)reply["available"]!["cpu"]!, (string)reply["earliest_start"]!));
        Assert.Equal("cannot reserve cpu=2 for agent safety: at most cpu=1 free", (string)reply["errors"]![0]!);
    }

    [Fact]
    public async Task Allocating_by_reservation_says_what_it_is_called_and_when_it_is()
    {
        await using var server = await RestServer.Start();
        var reply = await (await server.Send(HttpMethod.Post, "/resources/allocate",
            """{"allocation_type":"reserve","agent":"safety","resources":{"cpu":"500m"},"from":"2030-01-31T08:00:00Z","for":"1h"}""")).Json();
        Assert.Equal((true, "default/r1", "500m", "2030-01-31T08:00:00.000Z", "2030-01-31T09:00:00.000Z"),
            ((bool)reply["success"]!, (string)reply["allocation_id"]!, (string)reply["allocated_resources"]!["cpu"]!, (string)reply["start_time"]!, (string)reply["end_time"]!));
        Assert.Empty(reply["errors"]!.AsArray());
        Assert.Equal("n1", (string)reply["nodes"]![0]!["node"]!);
    }

    [Fact]
    public async Task Allocating_begins_now()
    {
        await using var server = await RestServer.Start();
        var reply = await (await server.Send(HttpMethod.Post, "/resources/allocate",
            """{"allocation_type":"allocate","agent":"safety","resources":{"cpu":"500m"},"for":"1h"}""")).Json();
        Assert.True((bool)reply["success"]!);
        Assert.Equal(TimeSpan.FromHours(1), (DateTimeOffset)reply["end_time"]! - (DateTimeOffset)reply["start_time"]!);
        Assert.Equal(TimeSpan.Zero, Assert.Single(server.Cluster.Pools["default"].Made).Spec.In);
    }

    [Theory]
    [InlineData("/api/reservations", """{"resources":{"cpu":1},"for":"1h"}""", 400, "agent: is missing")]
    [InlineData("/api/reservations", """{"agent":"a","for":"1h"}""", 400, "resources: is missing")]
    [InlineData("/api/reservations", """{"agent":"a","resources":{"cpu":1}}""", 400, "for: is missing")]
    [InlineData("/api/reservations", """{"agent":"a","resources":{"cpu":1},"for":"1h","from":"soon"}""", 400, "from: 'soon' is no time")]
    [InlineData("/api/reservations", """{"agent":"a","resources":{"cpu":1},"for":"1h","every":"fortnight"}""", 400, "or write hour, day or week")]
    [InlineData("/api/reservations", """{"agent":"a","resources":{"cpu":1},"for":"1h","pool":"nowhere"}""", 404, "no pool is named 'nowhere'")]
    [InlineData("/resources/allocate", """{"agent":"a","resources":{"cpu":1},"for":"1h"}""", 400, "allocation_type: is missing")]
    [InlineData("/resources/allocate", """{"allocation_type":"allocate","agent":"a","resources":{"cpu":1},"for":"1h","from":"+5m"}""", 400, "an allocation begins now")]
    [InlineData("/resources/allocate", """{"allocation_type":"borrow","agent":"a","resources":{"cpu":1},"for":"1h"}""", 400, "found 'borrow'")]
    public async Task Bad_requests_are_refused(string path, string body, int status, string expected)
    {
        await using var server = await RestServer.Start();
        Assert.Contains(expected, await server.Send(HttpMethod.Post, path, body).Problem(status));
        Assert.Empty(server.Cluster.Pools["default"].Made);
    }
}
