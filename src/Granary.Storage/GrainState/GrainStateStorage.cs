using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Granary.Storage;

/// <summary>
/// Lets grains keep their <c>IPersistentState</c> in a <see cref="IGrainStateStore"/>, as JSON: public properties and fields that can
/// be set, enums by name, so that a later build with more members reads what an earlier one wrote.
/// </summary>
public sealed class GrainStateStorage(IGrainStateStore store) : IGrainStorage
{
    private static readonly JsonSerializerOptions Json = new()
    {
        IncludeFields = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var key = Key(stateName, grainId);
        var record = await store.ReadAsync(key, cancellationToken);
        grainState.ETag = record?.ETag!;
        grainState.RecordExists = record is { Exists: true };
        grainState.State = record is { Exists: true } ? Deserialize<T>(key, record.Data.Span) : Initial<T>();
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var data = JsonSerializer.SerializeToUtf8Bytes(grainState.State, Json);
        grainState.ETag = await Change(() => store.WriteAsync(Key(stateName, grainId), grainState.ETag, data, cancellationToken));
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        grainState.ETag = await Change(() => store.ClearAsync(Key(stateName, grainId), grainState.ETag, cancellationToken));
        grainState.RecordExists = false;
        grainState.State = Initial<T>();
    }

    private static async Task<string> Change(Func<Task<string>> change)
    {
        try
        {
            return await change();
        }
        catch (GrainStateConflictException e)
        {
            throw new InconsistentStateException(e.Message, e.StoredETag!, e.OfferedETag!, e);
        }
    }

    private static T Deserialize<T>(GrainStateKey key, ReadOnlySpan<byte> data)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(data, Json)!;
        }
        catch (JsonException e)
        {
            throw new StorageException(StorageFault.Damaged, $"the state {key} cannot be read as {typeof(T).Name}: {e.Message}", e);
        }
    }

    /// <summary>What a grain begins with: a new instance where the type has one without arguments.</summary>
    private static T Initial<T>() =>
        typeof(T).IsValueType || typeof(T).GetConstructor(Type.EmptyTypes) is null ? default! : Activator.CreateInstance<T>();

    private static GrainStateKey Key(string stateName, GrainId grainId) =>
        new(grainId.Type.ToString()!, grainId.Key.ToString()!, stateName);
}
