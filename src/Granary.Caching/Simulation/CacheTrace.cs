using System.Buffers.Binary;
using Granary.Model;

namespace Granary.Caching.Simulation;

/// <summary>How a trace of a cache is written.</summary>
public enum CacheTraceKind
{
    /// <summary>Records of 24 bytes, little endian: u32 time in seconds, u64 key, u32 size in bytes, i64 next use (not used, but that it is one tells the format from others). Source: libCacheSim.</summary>
    OracleGeneral,

    /// <summary>One block number a line; blank lines and lines of other words that begin with <c>*</c> or <c>#</c> are left out.</summary>
    Blocks,

    /// <summary>A header with <c>key</c> (or <c>id</c>, <c>object</c>, <c>obj_id</c>, <c>block</c>) and, where there are sizes, <c>size</c> (or <c>bytes</c>, <c>obj_size</c>).</summary>
    Csv,
}

/// <summary>The requests of a trace on disk, plain or gzip.</summary>
/// <param name="HasSizes">False when every request counts 1.</param>
public sealed record CacheTrace(string Path, CacheTraceKind Kind, bool HasSizes, IReadOnlyList<CacheRequest> Requests)
{
    /// <summary>Writers of traces put -1 or -2 where there is no next use.</summary>
    private const long LeastNext = -2;

    /// <summary>Reads a trace; its kind is known by its content.</summary>
    /// <exception cref="GranaryException">Invalid, in one line with file and line or record, when it cannot be read or is no trace.</exception>
    public static CacheTrace Read(string path)
    {
        var content = TraceContent.Read(path);
        if (content.Length == 0) throw GranaryException.Invalid($"{path}: is empty; a trace has at least one request");
        if (!LooksLikeText(content)) return OracleGeneral(path, content);
        return new CacheTraceText(path, content).Read();
    }

    /// <summary>Text has no control bytes but white space; in records of 24 bytes the high bytes of some number are zero.</summary>
    private static bool LooksLikeText(byte[] content) =>
        content.AsSpan(0, Math.Min(content.Length, 4096)).IndexOfAnyInRange((byte)0, (byte)8) < 0;

    private static CacheTrace OracleGeneral(string path, byte[] content)
    {
        const int Record = 24;
        if (content.Length % Record != 0)
            throw GranaryException.Invalid(
                $"{path}: has {content.Length} bytes, no multiple of the 24 of an oracleGeneral record; it is cut off or of another format");
        var requests = new CacheRequest[content.Length / Record];
        for (var i = 0; i < requests.Length; i++)
        {
            var record = content.AsSpan(i * Record, Record);
            var next = BinaryPrimitives.ReadInt64LittleEndian(record[16..]);
            if (next < LeastNext)
                throw GranaryException.Invalid($"{path}: record {i + 1} says that it is next used at {next}, which no oracleGeneral record does; it is of another format");
            requests[i] = new(BinaryPrimitives.ReadUInt64LittleEndian(record[4..]), BinaryPrimitives.ReadUInt32LittleEndian(record[12..]));
        }
        return new CacheTrace(path, CacheTraceKind.OracleGeneral, HasSizes: true, requests);
    }
}
