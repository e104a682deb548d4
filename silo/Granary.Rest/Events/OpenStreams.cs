using Granary.Rest.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Granary.Rest.Events;

/// <summary>Counts replies without an end of their own, bounds them, and ends them when the server stops.</summary>
internal sealed class OpenStreams(RestOptions options, IHostApplicationLifetime lifetime)
{
    private static readonly object Mark = new();

    private int _open;

    /// <summary>Streams open now.</summary>
    public int Count => Volatile.Read(ref _open);

    /// <summary>Takes a place; dispose it to give the place back.</summary>
    /// <exception cref="RestException">429 when there is none.</exception>
    public OpenStream Open(HttpContext context)
    {
        if (Interlocked.Increment(ref _open) > options.MaxStreams)
        {
            Interlocked.Decrement(ref _open);
            throw new RestException(429, $"{options.MaxStreams} event streams and followed logs are open, the most at one time; close some, or ask again later");
        }
        context.Items[Mark] = true;
        return new(this, CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping));
    }

    /// <summary>True when the request was a stream: how long it took says nothing of the server.</summary>
    public static bool Was(HttpContext context) => context.Items.ContainsKey(Mark);

    /// <summary>One open stream.</summary>
    internal sealed class OpenStream(OpenStreams owner, CancellationTokenSource source) : IDisposable
    {
        /// <summary>Set when the caller hangs up or the server stops.</summary>
        public CancellationToken Stopping { get; } = source.Token;

        public void Dispose()
        {
            source.Cancel();
            source.Dispose();
            Interlocked.Decrement(ref owner._open);
        }
    }
}
