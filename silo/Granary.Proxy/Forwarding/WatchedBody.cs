namespace Granary.Proxy.Forwarding;

/// <summary>A request's body that tells when something of it is read: it cannot be sent to another backend then.</summary>
internal sealed class WatchedBody(Stream inner) : PassedStream(inner)
{
    /// <summary>Told of each read that has ended.</summary>
    public Exchange? Reader { get; set; }

    /// <summary>Something was asked of it.</summary>
    public bool IsTouched { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        IsTouched = true;
        var read = await Inner.ReadAsync(buffer, cancellationToken);
        Reader?.BodyMoves();
        return read;
    }
}
