using System.Security.Cryptography;
using System.Text;
using Granary.Client;
using Granary.Silo.Tls;
using Microsoft.AspNetCore.Connections;
using Orleans.Connections.Security;

namespace Granary.Silo.Hosting;

/// <summary>
/// Servers of a cluster let each other in by the secret that all of them have, the token of the data directory, and neither sends it: each answers a random challenge of the
/// other by an HMAC that only who knows the secret can make. The answers are bound to the certificate of the connection, so that nobody who relays between two
/// servers, each of which he shows a certificate of his own, gets a right answer to pass on; whose certificate it is need not be known otherwise. The
/// server that connects proves itself first.
/// </summary>
/// <remarks>A challenge-response as in RFC 5802 (SCRAM), with its tls-server-end-point binding (RFC 5929); the key is random, so no salt and rounds are needed.</remarks>
internal sealed class SiloProof(string token, ServerCertificate? certificate, Arrivals arrivals)
{
    private const int Size = SHA256.HashSizeInBytes;
    private static readonly byte[] Opens = "granary silo opens"u8.ToArray();
    private static readonly byte[] Accepts = "granary silo accepts"u8.ToArray();

    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(token), Size, info: "granary silo 1"u8.ToArray());
    private readonly byte[] _ownCertificate = HashOf(certificate?.Certificate.RawData);

    /// <summary>The side that was called.</summary>
    public async Task OnInboundAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (!await TryAsync(connection, AcceptAsync))
        {
            arrivals.Refused(connection, "it is no server of this cluster: it did not prove in time that it has the token of the data directory, which all of them share");
            await arrivals.UntilGoneAsync(connection);
            return;
        }
        arrivals.Arrived(connection);
        await next(connection);
    }

    /// <summary>The side that calls.</summary>
    /// <exception cref="ConnectionAbortedException">What was reached is no server of the cluster.</exception>
    public async Task OnOutboundAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (!await TryAsync(connection, OpenAsync))
            throw new ConnectionAbortedException($"what answers at {connection.RemoteEndPoint} is no server of this cluster: all of them have the same token in their data directory, and TLS or none");
        await next(connection);
    }

    private async Task<bool> AcceptAsync(ConnectionContext connection, CancellationToken cancellation)
    {
        var challenge = RandomNumberGenerator.GetBytes(Size);
        await connection.Transport.Output.WriteAsync(challenge, cancellation);
        if (await Hello.ReadAsync(connection.Transport.Input, 2 * Size, cancellation) is not { } answer) return false;
        var (theirs, proof) = (answer[..Size], answer[Size..]);
        if (!CryptographicOperations.FixedTimeEquals(proof, Prove(Opens, challenge, theirs, _ownCertificate))) return false;
        await connection.Transport.Output.WriteAsync(Prove(Accepts, challenge, theirs, _ownCertificate), cancellation);
        return true;
    }

    private async Task<bool> OpenAsync(ConnectionContext connection, CancellationToken cancellation)
    {
        var shown = HashOf(connection.Features.Get<ITlsConnectionFeature>()?.RemoteCertificate?.RawData);
        if (await Hello.ReadAsync(connection.Transport.Input, Size, cancellation) is not { } theirs) return false;
        var challenge = RandomNumberGenerator.GetBytes(Size);
        await connection.Transport.Output.WriteAsync((byte[])[.. challenge, .. Prove(Opens, theirs, challenge, shown)], cancellation);
        return await Hello.ReadAsync(connection.Transport.Input, Size, cancellation) is { } proof
            && CryptographicOperations.FixedTimeEquals(proof, Prove(Accepts, theirs, challenge, shown));
    }

    private byte[] Prove(byte[] side, byte[] acceptors, byte[] openers, byte[] certificate) => HMACSHA256.HashData(_key, (byte[])[.. side, .. acceptors, .. openers, .. certificate]);

    private static byte[] HashOf(byte[]? certificate) => certificate is null ? new byte[Size] : SHA256.HashData(certificate);

    private async Task<bool> TryAsync(ConnectionContext connection, Func<ConnectionContext, CancellationToken, Task<bool>> exchange)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(arrivals.PresentWithin);
        try
        {
            return await exchange(connection, patience.Token);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false;
        }
    }
}
