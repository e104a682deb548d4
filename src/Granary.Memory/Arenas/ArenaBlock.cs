using System.Runtime.InteropServices;

namespace Granary.Memory.Arenas;

/// <summary>Bytes of an arena, its holder's until it is disposed. Copies are the same block; it is disposed once.</summary>
/// <remarks>Spans and memories of it are views, not copies, and must not outlive it: a checking arena tells of most that do.</remarks>
public readonly struct ArenaBlock : IDisposable
{
    private readonly Arena? _arena;
    private readonly uint _generation;

    internal ArenaBlock(Arena arena, int offset, int length, uint generation) => (_arena, Offset, Length, _generation) = (arena, offset, length, generation);

    /// <summary>As many bytes as were asked for.</summary>
    public int Length { get; }

    /// <summary>Where it begins, in bytes from the arena's start; a multiple of 16.</summary>
    public int Offset { get; }

    /// <exception cref="ArenaMisuseException">The arena checks, and the block was freed.</exception>
    public Span<byte> Span => _arena is null ? default : _arena.Bytes(Offset, Length, _generation).AsSpan(Offset, Length);

    /// <exception cref="ArenaMisuseException">The arena checks, and the block was freed.</exception>
    public Memory<byte> Memory => _arena is null ? default : _arena.Bytes(Offset, Length, _generation).AsMemory(Offset, Length);

    /// <summary>The bytes as values; bytes left over at the end are not part of it.</summary>
    public Span<T> As<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(Span);

    /// <summary>Frees it.</summary>
    /// <exception cref="ArenaMisuseException">The arena checks, and the block was freed before.</exception>
    public void Dispose() => _arena?.Free(Offset, Length, _generation);
}

/// <summary>A block was freed twice, used after it was freed, or written to while nobody held it.</summary>
public sealed class ArenaMisuseException(string message) : InvalidOperationException(message);
