using System.Globalization;
using Granary.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Granary.Faults;

/// <summary>Grain states on the disk, with ETags.</summary>
internal sealed class DiskStates(Disk disk, Serializer serializer, TimeProvider time) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Delay(disk.Delay(), time);
        var found = disk.States.TryGetValue(Key(stateName, grainId), out var record);
        if (found) grainState.State = serializer.Deserialize<T>(record.Bytes);
        grainState.ETag = found ? record.Tag : null;
        grainState.RecordExists = found;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var bytes = serializer.SerializeToArray(grainState.State!);
        await ChangeAsync(stateName, grainId, grainState.ETag);
        var tag = (++disk.Tags).ToString(CultureInfo.InvariantCulture);
        disk.States[Key(stateName, grainId)] = (bytes, tag);
        await Task.Delay(disk.Delay(), time);
        grainState.ETag = tag;
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await ChangeAsync(stateName, grainId, grainState.ETag);
        disk.States.Remove(Key(stateName, grainId));
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private async Task ChangeAsync(string stateName, GrainId grainId, string? tag)
    {
        await Task.Delay(disk.Delay(), time);
        if (disk.Fails()) throw new StorageException($"{stateName} of {grainId}: no space left on device");
        var stored = disk.States.TryGetValue(Key(stateName, grainId), out var record) ? record.Tag : null;
        if (stored != tag) throw new InconsistentStateException($"{stateName} of {grainId} was written by somebody else", stored, tag);
    }

    private static string Key(string stateName, GrainId grainId) => $"{stateName}/{grainId}";
}
