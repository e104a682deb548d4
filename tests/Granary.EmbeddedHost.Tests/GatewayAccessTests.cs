using System.Collections.Concurrent;
using System.Net;
using Orleans;

namespace Granary.EmbeddedHost.Tests;

/// <summary>Each connection has the identity that its token gave it, and its requests pass what that identity must pass.</summary>
public sealed class GatewayAccessTests
{
    [Fact]
    public async Task Who_is_refused_hears_why()
    {
        var access = new Doorman();
        await using var server = await TestServer.StartAsync(gateway: o => o.Access = access);
        var error = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => server.ConnectAsync(o => o.Token = "stranger"));
        Assert.Contains("nobody knows stranger", error.Message, StringComparison.Ordinal);
        Assert.Equal(IPAddress.Loopback, access.From?.MapToIPv4());
    }

    [Fact]
    public async Task Two_connections_have_two_identities()
    {
        var access = new Doorman();
        await using var server = await TestServer.StartAsync(gateway: o => o.Access = access);
        await using var free = await server.ConnectAsync(o => o.Token = "free");
        await using var guarded = await server.ConnectAsync(o => o.Token = "guarded");
        Assert.Equal("hello", await free.Grain<IEchoGrain>("a").Echo("hello"));
        Assert.Equal("<HELLO>", await guarded.Grain<IEchoGrain>("a").Echo("hello"));
        Assert.Equal(["IEchoGrain.Echo a hello"], access.Seen);
    }

    [Fact]
    public async Task What_the_guard_throws_is_what_the_client_gets()
    {
        await using var server = await TestServer.StartAsync(gateway: o => o.Access = new Doorman());
        await using var client = await server.ConnectAsync(o => o.Token = "guarded");
        Assert.Contains("not that", (await Assert.ThrowsAsync<InvalidOperationException>(() => client.Grain<IEchoGrain>("a").Echo("secret"))).Message, StringComparison.Ordinal);
        Assert.Equal("<HELLO>", await client.Grain<IEchoGrain>("a").Echo("hello"));
    }

    /// <summary>Lets the free pass; shows what the guarded ask and change it both ways.</summary>
    private sealed class Doorman : IGatewayAccess
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        public IPAddress? From { get; private set; }

        public ValueTask<GatewayAdmission> AdmitAsync(IPAddress? from, string token, CancellationToken cancellation)
        {
            From = from;
            return new(token == "stranger" ? new GatewayAdmission(null, "nobody knows stranger") : new GatewayAdmission(new Guest(this, token == "free"), null));
        }

        private sealed class Guest(Doorman doorman, bool free) : IGatewayCaller
        {
            public bool Passes(Type grainInterface, string method, string key) => free;

            public async Task InvokeAsync(IGrainCallContext call)
            {
                var text = (string)call.Request.GetArgument(0)!;
                doorman.Seen.Enqueue($"{call.InterfaceMethod.DeclaringType!.Name}.{call.MethodName} {call.TargetId.Key} {text}");
                if (text == "secret") throw new InvalidOperationException("not that");
                call.Request.SetArgument(0, text.ToUpperInvariant());
                await call.Invoke();
                call.Result = $"<{call.Result}>";
            }
        }
    }
}
