using System.Runtime.InteropServices;

namespace Granary.Parallelism.Atomics;

/// <summary>A counter with cache lines to itself: two, since processors fetch lines in pairs.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct Position
{
    [FieldOffset(128)]
    public long Value;
}
