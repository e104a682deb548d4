using Granary.EmbeddedHost.Activations;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace Granary.EmbeddedHost.Streams;

/// <summary>Streams in memory, the same for grains, for services of the silo's process and for clients.</summary>
internal sealed class MemoryStreamProvider(string name, IGrainFactory grains, HostLog log) : IStreamProvider
{
    private readonly Lock _gate = new();
    private StreamConsumer? _client;

    public string Name => name;

    public bool IsRewindable => false;

    public IAsyncStream<T> GetStream<T>(StreamId streamId)
        => new MemoryStream<T>(this, streamId, grains.GetGrain<IMemoryStreamGrain>(StreamKey.Format(name, streamId)));

    /// <summary>The activation whose turn it is, or else the process.</summary>
    public StreamConsumer Consumer()
    {
        if (RuntimeContext.Current is Activation activation)
            return StreamConsumer.Of(activation);
        lock (_gate)
        {
            if (_client is not null)
                return _client;
            var consumer = new StreamConsumer(default, static () => null, log);
            consumer.Id = grains.CreateObjectReference<IStreamConsumer>(consumer).GetGrainId();
            return _client = consumer;
        }
    }
}
