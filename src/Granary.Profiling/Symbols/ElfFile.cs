using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Granary.Profiling;

/// <summary>
/// Functions of a 64-bit little-endian ELF file: <c>.symtab</c>, else <c>.dynsym</c>, by their place in the file (System V ABI, chapters 4 and 5). Whatever
/// stands in the file, nothing throws and nothing grows beyond <see cref="MostBytes"/>: what is not understood has no symbols.
/// </summary>
internal static class ElfFile
{
    /// <summary>Of one section.</summary>
    public const int MostBytes = 256 * 1024 * 1024;

    private const int SymbolBytes = 24;
    private const int SectionBytes = 64;
    private const int SegmentBytes = 56;

    public static SymbolTable Read(SafeFileHandle file)
    {
        try
        {
            return TryRead(file) ?? SymbolTable.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return SymbolTable.None;
        }
    }

    private static SymbolTable? TryRead(SafeFileHandle file)
    {
        if (Bytes(file, 0, 64) is not { } header || !header.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8)) return null;
        var segments = Segments(file, header);
        var (sectionsAt, sectionBytes, sections) = (Long(header, 40), Short(header, 58), Short(header, 60));
        if (sectionBytes != SectionBytes || Bytes(file, sectionsAt, (ulong)sections * SectionBytes) is not { } table) return null;
        const uint symbols = 2, dynamicSymbols = 11;
        var best = -1;
        for (var i = 0; i < sections; i++)
        {
            var type = Word(table, (i * SectionBytes) + 4);
            if (type == symbols || (type == dynamicSymbols && best < 0)) best = i;
            if (type == symbols) break;
        }
        if (best < 0) return null;
        var at = best * SectionBytes;
        var link = Word(table, at + 40);
        if (link >= sections || Word(table, ((int)link * SectionBytes) + 4) != 3) return null;
        var entries = Bytes(file, Long(table, at + 24), Long(table, at + 32));
        var names = Bytes(file, Long(table, ((int)link * SectionBytes) + 24), Long(table, ((int)link * SectionBytes) + 32));
        return entries is null || names is null ? null : Functions(entries, names, segments);
    }

    private static SymbolTable Functions(byte[] entries, byte[] names, IReadOnlyList<(ulong Offset, ulong Address, ulong Length)> segments)
    {
        var found = new List<(ulong, ulong, int)>();
        for (var i = 0; i + SymbolBytes <= entries.Length; i += SymbolBytes)
        {
            var (name, type, section) = (Word(entries, i), entries[i + 4] & 0xF, Short(entries, i + 6));
            var (value, size) = (Long(entries, i + 8), Long(entries, i + 16));
            // functions, indirect ones, and what was written in assembly and has a size
            if (section == 0 || name == 0 || name >= names.Length || !(type is 2 or 10 || (type == 0 && size > 0))) continue;
            foreach (var segment in segments)
            {
                if (value < segment.Address || value - segment.Address >= segment.Length) continue;
                found.Add((value - segment.Address + segment.Offset, size, (int)name));
                break;
            }
        }
        return new(found, names);
    }

    private static List<(ulong Offset, ulong Address, ulong Length)> Segments(SafeFileHandle file, byte[] header)
    {
        var result = new List<(ulong, ulong, ulong)>();
        var (at, each, count) = (Long(header, 32), Short(header, 54), Short(header, 56));
        if (each != SegmentBytes || Bytes(file, at, (ulong)count * SegmentBytes) is not { } table) return result;
        for (var i = 0; i < count; i++)
            if (Word(table, i * SegmentBytes) == 1)
                result.Add((Long(table, (i * SegmentBytes) + 8), Long(table, (i * SegmentBytes) + 16), Long(table, (i * SegmentBytes) + 32)));
        return result;
    }

    private static byte[]? Bytes(SafeFileHandle file, ulong offset, ulong length)
    {
        if (length is 0 or > MostBytes || offset > long.MaxValue - MostBytes || offset + length > (ulong)RandomAccess.GetLength(file)) return null;
        var bytes = new byte[length];
        for (var read = 0; read < bytes.Length;)
        {
            var got = RandomAccess.Read(file, bytes.AsSpan(read), (long)offset + read);
            if (got <= 0) return null;
            read += got;
        }
        return bytes;
    }

    private static ulong Long(byte[] bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));

    private static uint Word(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static ushort Short(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));
}
