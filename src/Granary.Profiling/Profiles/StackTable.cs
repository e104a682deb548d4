namespace Granary.Profiling;

/// <summary>A place in a program.</summary>
/// <param name="Name">Function, or what is known of it.</param>
/// <param name="Module">File that it comes from; empty when unknown.</param>
public readonly record struct Frame(string Name, string Module);

/// <summary>Stacks as a tree of frames, each kept once. A stack is the number of its innermost node; 0 is the empty stack. Not for concurrent use.</summary>
public sealed class StackTable
{
    private readonly Dictionary<Frame, int> _frameNumbers = [];
    private readonly List<Frame> _frames = [];
    private readonly Dictionary<(int Parent, int Frame), int> _stackNumbers = [];
    private readonly List<(int Parent, int Frame)> _stacks = [(-1, -1)];

    /// <summary>A stack of no frames.</summary>
    public const int Empty = 0;

    public IReadOnlyList<Frame> Frames => _frames;

    /// <summary>By their numbers; the first is the empty stack.</summary>
    public IReadOnlyList<(int Parent, int Frame)> Stacks => _stacks;

    public int FrameOf(string name, string module = "")
    {
        var frame = new Frame(name, module);
        if (_frameNumbers.TryGetValue(frame, out var number)) return number;
        number = _frames.Count;
        _frames.Add(frame);
        _frameNumbers.Add(frame, number);
        return number;
    }

    /// <param name="parent">The caller's stack.</param>
    /// <param name="frame">From <see cref="FrameOf"/>.</param>
    public int Push(int parent, int frame)
    {
        if (_stackNumbers.TryGetValue((parent, frame), out var number)) return number;
        number = _stacks.Count;
        _stacks.Add((parent, frame));
        _stackNumbers.Add((parent, frame), number);
        return number;
    }

    public int Push(int parent, string name, string module = "") => Push(parent, FrameOf(name, module));

    /// <summary>Frame numbers from the outermost to the innermost.</summary>
    public int[] FramesOf(int stack)
    {
        var depth = 0;
        for (var at = stack; at > Empty; at = _stacks[at].Parent) depth++;
        var frames = new int[depth];
        for (var at = stack; at > Empty; at = _stacks[at].Parent) frames[--depth] = _stacks[at].Frame;
        return frames;
    }

    /// <summary>Names from the outermost to the innermost, parted by semicolons.</summary>
    public string Fold(int stack) => string.Join(';', FramesOf(stack).Select(f => _frames[f].Name.Replace(';', ':')));
}
