using System.Net;
using System.Text;
using Granary.Access.Turns;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Tests;

public sealed class TurnTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Large = $$"""{"items":[{{string.Join(',', Enumerable.Repeat("""{"agent":"a","handler":"noop"}""", 1_200))}}]}""";

    private readonly StandingClock _clock = new();
    private readonly LargeRequests _turns;

    public TurnTests() => _turns = new(_clock, bytesAtOnce: 1, share: 0.5);

    [Fact]
    public async Task A_large_body_waits_for_its_turn_and_gives_it_back()
    {
        await using var server = await RestServer.Start(services: s => s.AddSingleton(_turns));
        var other = await _turns.EnterAsync(this, LargeRequests.Small + 1);
        var posted = server.Post(Large);
        Assert.True(SpinWait.SpinUntil(() => _turns.Waiting == 1 || posted.IsCompleted, Patience));
        Assert.False(posted.IsCompleted);
        Assert.Empty(server.Cluster.Pools["default"].Batches);
        await server.Post("""{"agent":"a","handler":"noop"}""").Json(HttpStatusCode.Created); // a small one does not wait
        _turns.Leave(other);
        await posted.WaitAsync(Patience).Json(HttpStatusCode.Created);
        Assert.True(SpinWait.SpinUntil(() => _turns.UnderWay == 0, Patience), "the turn was kept");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // its length is told nowhere
    public async Task A_client_that_has_much_here_is_refused_early_and_told_when_to_come_back(bool chunked)
    {
        await using var server = await RestServer.Start(new RestOptions { BodyBytesOfClient = Large.Length + 400_000, SnapshotMaxAge = TimeSpan.Zero }, socket: true, services: s => s.AddSingleton(_turns));
        var held = server.Services.GetRequiredService<HeldBytes<(string, IPAddress?)>>();
        var other = await _turns.EnterAsync(this, LargeRequests.Small + 1);
        var first = server.Post(Large);
        Assert.True(SpinWait.SpinUntil(() => _turns.Waiting == 1 || first.IsCompleted, Patience));
        Assert.Equal(Large.Length, held.All);
        using var body = new StringContent($"{Large[..^2]},{Large[10..]}{new string(' ', 500_000)}", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tasks") { Content = body };
        request.Headers.TransferEncodingChunked = chunked;
        using var second = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var problem = await second.Json(HttpStatusCode.TooManyRequests);
        Assert.Contains("Http:BodyBytesOfClient", (string?)problem["detail"]);
        Assert.Equal("1", second.Headers.RetryAfter?.ToString());
        await server.Post("""{"agent":"a","handler":"noop"}""").Json(HttpStatusCode.Created); // a small one is not counted
        _turns.Leave(other);
        await first.WaitAsync(Patience).Json(HttpStatusCode.Created);
        await server.Post(Large).Json(HttpStatusCode.Created);
        Assert.True(SpinWait.SpinUntil(() => held.All == 0, Patience), "room was kept");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Others_rest_for_who_submits_and_not_for_who_looks(bool submits)
    {
        await using var server = await RestServer.Start(services: s => s.AddSingleton(_turns));
        if (submits) await server.Post("""{"agent":"a","handler":"noop"}""").Json(HttpStatusCode.Created);
        else await server.Get("/api/tasks").Json();
        var turn = await _turns.EnterAsync(this, LargeRequests.Small + 1);
        _clock.Now += TimeSpan.FromMilliseconds(1).Ticks;
        _turns.Leave(turn);
        Assert.Equal(!submits, _turns.EnterAsync(this, LargeRequests.Small + 1).IsCompleted);
    }

    /// <summary>It moves when a test says so, and none of its timers comes due.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
