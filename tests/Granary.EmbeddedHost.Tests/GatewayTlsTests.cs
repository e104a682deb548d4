using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Tests;

/// <summary>A gateway behind TLS: who knows the server gets in, and nothing is said in clear text.</summary>
public sealed class GatewayTlsTests : IDisposable
{
    private readonly X509Certificate2 _certificate = Make();

    public void Dispose() => _certificate.Dispose();

    [Fact]
    public async Task A_client_that_knows_the_certificate_gets_in_and_large_messages_arrive_whole()
    {
        await using var server = await StartAsync();
        await using var client = await server.ConnectAsync(o => o.Tls = Trusting(_certificate));
        var text = new string('x', 1_000_000);
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => client.Grain<IEchoGrain>($"{i}").Echo($"{i}{text}"))).Within();
        Assert.All(replies, (reply, i) => Assert.Equal($"{i}{text}", reply));
    }

    [Fact]
    public async Task A_client_that_expects_another_certificate_says_nothing()
    {
        using var other = Make();
        await using var server = await StartAsync();
        var error = await Assert.ThrowsAsync<OrleansConfigurationException>(() => server.ConnectAsync(o => o.Tls = Trusting(other)));
        Assert.Contains("cannot be trusted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_in_clear_text_is_turned_away_and_others_are_served()
    {
        await using var server = await StartAsync();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => server.ConnectAsync(o => o.ConnectTimeout = TimeSpan.Zero));
        Assert.True(refused is SiloUnavailableException or OrleansConfigurationException, refused.ToString());
        await using var client = await server.ConnectAsync(o => o.Tls = Trusting(_certificate));
        Assert.Equal("still", await client.Grain<IEchoGrain>("a").Echo("still"));
    }

    [Fact]
    public async Task The_token_is_not_on_the_wire()
    {
        const string Token = "a-token-that-nobody-else-may-read";
        var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        try
        {
            var client = TestClient.Make((System.Net.IPEndPoint)listener.LocalEndpoint, o => (o.Tls, o.Token, o.ConnectTimeout) = (Trusting(_certificate), Token, TimeSpan.Zero));
            var starting = client.StartAsync();
            using var eavesdropper = await listener.AcceptSocketAsync().Within();
            var heard = new byte[16 * 1024];
            var length = await eavesdropper.ReceiveAsync(heard).Within();
            Assert.Equal(22, heard[0]); // a TLS handshake record
            Assert.False(heard.AsSpan(0, length).IndexOf(System.Text.Encoding.UTF8.GetBytes(Token)) >= 0);
            eavesdropper.Dispose();
            await Assert.ThrowsAnyAsync<Exception>(() => starting.Within());
        }
        finally
        {
            listener.Dispose();
        }
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(gateway: o => o.Tls = new SslServerAuthenticationOptions
    {
        ServerCertificate = _certificate,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    });

    private static SslClientAuthenticationOptions Trusting(X509Certificate2 certificate) => new()
    {
        TargetHost = "granary",
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(certificate.RawData),
    };

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=granary", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }
}
