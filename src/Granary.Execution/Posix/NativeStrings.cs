using System.Runtime.InteropServices;
using System.Text;

namespace Granary.Execution.Posix;

/// <summary>NUL-terminated UTF-8 strings and arrays of them in one block that is used again for the next call. Not for concurrent use.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte* _block;
    private nuint _size;
    private nuint _used;

    public NativeStrings() => Grow(64 * 1024);

    /// <summary>Makes room for what follows; pointers handed out before are void.</summary>
    public void Reset(int strings, int characters)
    {
        _used = 0;
        var need = (nuint)((strings * (sizeof(nint) + 1)) + (characters * 3) + 256);
        if (need > _size) Grow(need);
    }

    public byte* Add(string text)
    {
        var room = checked((int)(_size - _used));
        var start = _block + _used;
        var written = Encoding.UTF8.GetBytes(text, new Span<byte>(start, room - 1));
        start[written] = 0;
        _used += (nuint)written + 1;
        return start;
    }

    public byte** AddArray(IReadOnlyList<string> texts)
    {
        _used = (_used + 7) & ~(nuint)7;
        var array = (byte**)(_block + _used);
        _used += (nuint)((texts.Count + 1) * sizeof(nint));
        for (var i = 0; i < texts.Count; i++) array[i] = Add(texts[i]);
        array[texts.Count] = null;
        return array;
    }

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
        _size = 0;
    }

    private void Grow(nuint size)
    {
        NativeMemory.Free(_block);
        _block = (byte*)NativeMemory.Alloc(size);
        _size = size;
    }
}
