using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Tests;

/// <summary>Clients, their server, and what lies between.</summary>
public sealed class GatewayClientTests
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_wrong_token_is_refused_at_once_and_says_so_in_a_line()
    {
        await using var server = await TestServer.StartAsync(gateway: o => o.Token = "right");
        await using var client = TestClient.Make(server.Endpoint, o => (o.Token, o.ConnectTimeout) = ("wrong", TimeSpan.FromMinutes(5)));
        var startedAt = Stopwatch.GetTimestamp();
        var refusal = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => client.StartAsync().Within());
        Assert.Contains($"The gateway at {server.Endpoint} refused the token", refusal.Message);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.True(Stopwatch.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(5));
        await using var right = await server.ConnectAsync(o => o.Token = "right");
        Assert.Equal(1, await right.Grain<ITestGrain>(_id).Add(1).Within());
    }

    [Fact]
    public async Task A_client_without_a_server_fails_after_its_connect_timeout()
    {
        await using var client = TestClient.Make(new IPEndPoint(IPAddress.Loopback, 1), o => o.ConnectTimeout = TimeSpan.Zero);
        var failure = await Assert.ThrowsAsync<SiloUnavailableException>(() => client.StartAsync().Within());
        Assert.Contains("No server answers at 127.0.0.1:1", failure.Message);
    }

    [Fact]
    public async Task What_is_no_gateway_is_said_to_be_none()
    {
        using var other = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var client = TestClient.Make((IPEndPoint)other.LocalEndpoint, o => o.ConnectTimeout = TimeSpan.Zero);
        var start = client.StartAsync();
        using var accepted = await other.AcceptTcpClientAsync();
        await accepted.Client.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        Assert.Contains("is not a gateway", (await Assert.ThrowsAsync<OrleansConfigurationException>(() => start.Within())).Message);
    }

    [Fact]
    public async Task A_lost_connection_fails_what_is_under_way_and_serves_what_comes_after()
    {
        var server = await TestServer.StartAsync();
        var endpoint = server.Endpoint;
        var log = new LogLines();
        await using var client = await server.ConnectAsync(o => o.ReconnectDelay = TimeSpan.FromMilliseconds(10), log);
        var underway = client.Grain<ITestGrain>(_id).Hold(_id + "in", _id + "out");
        await Barriers.Wait(_id + "in");
        await server.KillAsync();
        var lost = await Assert.ThrowsAsync<SiloUnavailableException>(() => underway.Within());
        Assert.Contains("may or may not have run", lost.Message);
        // the server may have said so itself, before it closed the connection
        await Bounded.Until(() => log.Lines.Any(l => l.StartsWith("Lost the gateway", StringComparison.Ordinal)), "the end of the connection");
        var waiting = client.Grain<ITestGrain>(_id).Add(1);
        await using var next = await TestServer.StartAsync(port: endpoint.Port);
        Assert.Equal(1, await waiting.Within());
        Barriers.Open(_id + "out");
    }

    [Fact]
    public async Task A_client_that_fails_fast_does_not_wait_for_a_connection()
    {
        var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync(o => o.FailFast = true);
        await server.KillAsync();
        await Assert.ThrowsAsync<SiloUnavailableException>(() => client.Grain<ITestGrain>(_id).Add(1).Within());
    }

    [Fact]
    public async Task An_observer_is_reached_again_after_the_client_reconnected()
    {
        var server = await TestServer.StartAsync();
        var endpoint = server.Endpoint;
        await using var client = await server.ConnectAsync(o => o.ReconnectDelay = TimeSpan.FromMilliseconds(10));
        var listener = client.Cluster.CreateObjectReference<IListener>(new Listener(_id));
        await client.Grain<ITestGrain>(_id).Listen(listener).Within();
        await client.Grain<ITestGrain>(_id).Say("one").Within();
        await server.KillAsync();
        await using var next = await TestServer.StartAsync(port: endpoint.Port);
        await Bounded.Until(() => ListensAgain(client, listener), "a connection to the next server");
        await client.Grain<ITestGrain>(_id).Say("two").Within();
        Assert.Equal(["one", "two"], Barriers.Notes(_id));
    }

    [Fact]
    public async Task An_observer_of_a_client_that_left_fails_for_its_caller()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.ConnectAsync();
        await client.Grain<ITestGrain>(_id).Listen(client.Cluster.CreateObjectReference<IListener>(new Listener(_id))).Within();
        await client.DisposeAsync();
        await Bounded.Until(
            async () => await Assert.ThrowsAnyAsync<OrleansException>(() => server.Grain<ITestGrain>(_id).Say("x").Within()) is ClientNotAvailableException,
            "the server's notice that the client left");
    }

    [Fact]
    public async Task A_message_that_is_too_long_fails_its_call_and_not_the_connection()
    {
        await using var server = await TestServer.StartAsync(gateway: o => o.MaxMessageBytes = 100_000);
        await using var client = await server.ConnectAsync(o => o.MaxMessageBytes = 100_000);
        var grain = client.Grain<ITestGrain>(_id);
        Assert.Equal(99_000, await grain.Size(new Payload(new byte[99_000])).Within());
        await Assert.ThrowsAsync<Serialization.CodecException>(() => grain.Size(new Payload(new byte[100_000])).Within());
        await Assert.ThrowsAsync<Serialization.CodecException>(() => grain.Make(100_000).Within());
        Assert.Equal(50_000, (await grain.Make(50_000).Within()).Bytes.Length);
    }

    [Fact]
    public async Task Many_calls_share_a_connection_and_those_of_one_caller_keep_their_order()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var grain = client.Grain<ITestGrain>(_id);
        var calls = Enumerable.Range(0, 20_000).Select(grain.Add).ToArray();
        await Task.WhenAll(calls).Within();
        Assert.Equal(Enumerable.Range(0, 20_000), await grain.All().Within());
    }

    [Fact]
    public async Task More_requests_than_a_connection_may_have_wait_and_are_served()
    {
        await using var server = await TestServer.StartAsync(gateway: o => o.MaxRequestsPerConnection = 4);
        await using var client = await server.ConnectAsync();
        var held = Enumerable.Range(0, 4).Select(i => client.Grain<ITestGrain>(_id + i).Hold(_id + "in" + i, _id + "out")).ToArray();
        for (var i = 0; i < 4; i++)
            await Barriers.Wait(_id + "in" + i);
        var further = Enumerable.Range(0, 100).Select(i => client.Grain<ITestGrain>(_id + "x").Add(i)).ToArray();
        Assert.Equal(1, await server.Grain<ITestGrain>(_id + "y").Add(1).Within());
        Assert.All(further, f => Assert.False(f.IsCompleted));
        Barriers.Open(_id + "out");
        await Task.WhenAll(held).Within();
        await Task.WhenAll(further).Within();
    }

    [Fact]
    public async Task When_all_have_too_many_under_way_who_has_many_waits_and_who_has_few_is_served()
    {
        await using var server = await TestServer.StartAsync(gateway: o => o.MaxRequests = 40);
        await using var busy = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        var held = Enumerable.Range(0, 40).Select(i => busy.Grain<ITestGrain>(_id + i).Hold(_id + "in" + i, _id + "out")).ToArray();
        for (var i = 0; i < 40; i++)
            await Barriers.Wait(_id + "in" + i);
        var further = busy.Grain<ITestGrain>(_id + "x").Add(1);
        for (var i = 1; i <= 100; i++)
            Assert.Equal(i, await other.Grain<ITestGrain>(_id + "y").Add(i).Within());
        Assert.False(further.IsCompleted);
        Barriers.Open(_id + "out");
        await Task.WhenAll(held).Within();
        Assert.Equal(1, await further.Within());
    }

    [Fact]
    public async Task An_exception_without_a_codec_arrives_as_its_name_and_message()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var wrapped = await Assert.ThrowsAsync<WrappedException>(() => client.Grain<ITestGrain>(_id).FailPlainly().Within());
        Assert.Equal((typeof(PlainException).FullName, "PlainException: plain"), (wrapped.OriginalExceptionType, wrapped.Message));
        await Assert.ThrowsAsync<PlainException>(() => server.Grain<ITestGrain>(_id).FailPlainly().Within());
    }

    [Fact]
    public async Task A_response_timeout_goes_by_the_hosts_clock()
    {
        var time = new ManualTime();
        var server = await TestServer.StartAsync(silo => silo.Services.AddSingleton<TimeProvider>(time));
        var call = server.Grain<ITestGrain>(_id).Never();
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => call.Within());
        // an orderly stop would wait for the request that never ends
        await server.KillAsync();
    }

    /// <summary>A call that meets the end of the old connection fails; the one after it goes to the new server.</summary>
    private async Task<bool> ListensAgain(TestClient client, IListener listener)
    {
        try
        {
            await client.Grain<ITestGrain>(_id).Listen(listener).Within();
            return true;
        }
        catch (SiloUnavailableException)
        {
            return false;
        }
    }

    private sealed class Listener(string log) : IListener
    {
        public Task Hear(string text)
        {
            Barriers.Note(log, text);
            return Task.CompletedTask;
        }
    }
}
