namespace Granary.Profiling;

/// <summary>Stacks with all their names, in a table of their own: addresses that waited for names are not kept.</summary>
internal sealed class FinalStacks(StackTable from, IReadOnlyDictionary<int, MethodMap> methods)
{
    private readonly Dictionary<int, int> _frames = [];
    private readonly Dictionary<int, int> _stacks = new() { [StackTable.Empty] = StackTable.Empty };

    public StackTable Table { get; } = new();

    public ProfileTrack Of(ProfileTrack track) => track with { Samples = [.. track.Samples.Select(s => s with { Stack = Stack(s.Stack) })] };

    private int Stack(int stack)
    {
        if (_stacks.TryGetValue(stack, out var known)) return known;
        // a parent's number is always the smaller, so this goes down as deep as the stack and not further
        var parent = Stack(from.Stacks[stack].Parent);
        return _stacks[stack] = Table.Push(parent, Frame(from.Stacks[stack].Frame));
    }

    private int Frame(int frame)
    {
        if (_frames.TryGetValue(frame, out var known)) return known;
        var resolved = DeferredFrame.Resolve(from.Frames[frame], methods);
        return _frames[frame] = Table.FrameOf(resolved.Name, resolved.Module);
    }
}
