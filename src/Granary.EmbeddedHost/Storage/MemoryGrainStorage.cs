using System.Collections.Concurrent;
using System.Globalization;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Granary.EmbeddedHost.Storage;

/// <summary>Keeps states in memory, as bytes, for as long as the silo lives.</summary>
internal sealed class MemoryGrainStorage(string provider, Serializer serializer) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string Name, GrainId Grain), Record> _records = new();
    private long _lastTag;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_records.TryGetValue((stateName, grainId), out var record))
        {
            grainState.State = serializer.Deserialize<T>(record.Bytes);
            grainState.ETag = record.Tag;
            grainState.RecordExists = true;
        }
        else
        {
            grainState.ETag = null;
            grainState.RecordExists = false;
        }
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = new Record(serializer.SerializeToArray(grainState.State!), NextTag());
        var key = (stateName, grainId);
        var written = _records.TryGetValue(key, out var stored)
            ? stored.Tag == grainState.ETag && _records.TryUpdate(key, record, stored)
            : grainState.ETag is null && _records.TryAdd(key, record);
        if (!written)
            throw StorageErrors.Conflict(provider, "write", stateName, grainId, _records.GetValueOrDefault(key)?.Tag, grainState.ETag);
        grainState.ETag = record.Tag;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = (stateName, grainId);
        if (_records.TryGetValue(key, out var stored) && (stored.Tag != grainState.ETag || !_records.TryRemove(new(key, stored))))
            throw StorageErrors.Conflict(provider, "clear", stateName, grainId, stored.Tag, grainState.ETag);
        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private string NextTag() => Interlocked.Increment(ref _lastTag).ToString(CultureInfo.InvariantCulture);

    private sealed record Record(byte[] Bytes, string Tag);
}
