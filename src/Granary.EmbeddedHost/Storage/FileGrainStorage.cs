using System.Security.Cryptography;
using System.Text;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Granary.EmbeddedHost.Storage;

/// <summary>Keeps each state in a file of its own: its ETag, a line end, and the bytes of its value.</summary>
internal sealed class FileGrainStorage(string provider, string directory, Serializer serializer) : IGrainStorage
{
    private const int Stripes = 64;
    private const int TagLength = 32;

    private readonly Lock[] _gates = [.. Enumerable.Range(0, Stripes).Select(_ => new Lock())];

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var path = PathOf(stateName, grainId);
        byte[] content;
        lock (GateOf(path))
            content = File.Exists(path) ? File.ReadAllBytes(path) : [];
        grainState.RecordExists = content.Length > TagLength;
        grainState.ETag = grainState.RecordExists ? Encoding.ASCII.GetString(content, 0, TagLength) : null;
        if (grainState.RecordExists)
            grainState.State = serializer.Deserialize<T>(content.AsSpan(TagLength + 1));
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var value = serializer.SerializeToArray(grainState.State!);
        var tag = Guid.NewGuid().ToString("N");
        var path = PathOf(stateName, grainId);
        lock (GateOf(path))
        {
            Check("write", path, stateName, grainId, grainState.ETag);
            AtomicFile.Write(path, [.. Encoding.ASCII.GetBytes(tag), (byte)'\n', .. value]);
        }
        grainState.ETag = tag;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var path = PathOf(stateName, grainId);
        lock (GateOf(path))
        {
            Check("clear", path, stateName, grainId, grainState.ETag);
            if (File.Exists(path))
                AtomicFile.Delete(path);
        }
        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private void Check(string what, string path, string state, GrainId grain, string? given)
    {
        var stored = StoredTag(path);
        if (stored != given)
            throw StorageErrors.Conflict(provider, what, state, grain, stored, given);
    }

    private static string? StoredTag(string path)
    {
        if (!File.Exists(path))
            return null;
        using var file = File.OpenRead(path);
        var tag = new byte[TagLength];
        file.ReadExactly(tag);
        return Encoding.ASCII.GetString(tag);
    }

    /// <summary>The readable part of a name may be shared by several grains; the hash is not.</summary>
    private string PathOf(string stateName, GrainId grain)
    {
        var full = $"{stateName}/{grain}";
        var readable = string.Concat(grain.Key.ToString().Take(40).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(full)).AsSpan(0, 12));
        return Path.Combine(directory, Clean(grain.Type.ToString()), $"{readable}.{Clean(stateName)}.{hash}.state");
    }

    private static string Clean(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));

    private Lock GateOf(string path) => _gates[(uint)string.GetHashCode(path) % Stripes];
}
