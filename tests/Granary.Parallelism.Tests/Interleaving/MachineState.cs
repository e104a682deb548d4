namespace Granary.Parallelism.Tests.Interleaving;

/// <summary>What a cell holds: a number or an object.</summary>
internal readonly record struct Value(long Number, object? Reference = null);

/// <summary>A store that only its own thread sees yet.</summary>
internal readonly record struct Pending(int Cell, Value Value, bool Release, int Operation);

/// <summary>A thread between two accesses: which operation it is in, what its accesses have answered so far, what waits in its buffer.</summary>
/// <param name="Sight">How old the values are that its loads may still see.</param>
/// <param name="Done">Operations that have returned.</param>
/// <param name="Begun">True when the next one has made an access.</param>
internal sealed record ThreadState(int Done, bool Begun, Value[] Answers, Pending[] Buffer, Sight Sight)
{
    public static readonly ThreadState Initial = new(0, false, [], [], Sight.Now);
}

/// <summary>An operation's part in the history.</summary>
/// <param name="Before">Bit set of the operations that had ended, seen by all, when it began.</param>
internal readonly record struct Outcome(bool Returned, long Result, ulong Before);

/// <summary>Everything that decides how it can go on.</summary>
internal sealed class MachineState(Value[] cells, ThreadState[] threads, Outcome[] outcomes)
{
    public Value[] Cells { get; set; } = cells;

    public ThreadState[] Threads { get; } = threads;

    public Outcome[] Outcomes { get; } = outcomes;

    public MachineState Copy() => new([.. Cells], [.. Threads], [.. Outcomes]);

    /// <summary>Two states with the same 128 bits are taken for one.</summary>
    public UInt128 Fingerprint(Func<object?, long> number)
    {
        ulong a = 0x9E3779B97F4A7C15, b = 0xC2B2AE3D27D4EB4F;
        void Mix(long value)
        {
            a = (a ^ (ulong)value) * 0xFF51AFD7ED558CCD;
            a ^= a >> 32;
            b = (b + (ulong)value) * 0xC4CEB9FE1A85EC53;
            b ^= b >> 29;
        }
        foreach (var cell in Cells)
        {
            Mix(cell.Number);
            Mix(number(cell.Reference));
        }
        foreach (var thread in Threads)
        {
            Mix(thread.Done);
            Mix(thread.Begun ? 1 : 0);
            Mix(thread.Answers.Length);
            foreach (var answer in thread.Answers)
            {
                Mix(answer.Number);
                Mix(number(answer.Reference));
            }
            Mix(thread.Buffer.Length);
            foreach (var pending in thread.Buffer)
            {
                Mix(pending.Cell);
                Mix(pending.Value.Number);
                Mix(number(pending.Value.Reference));
                Mix(pending.Release ? 1 : 0);
                Mix(pending.Operation);
            }
        }
        foreach (var thread in Threads)
        {
            Mix(thread.Sight.Past.Length);
            foreach (var past in thread.Sight.Past)
            {
                Mix(past.Cell);
                Mix(past.Was.Number);
                Mix(number(past.Was.Reference));
            }
            Mix(thread.Sight.Floors.Length);
            foreach (var (cell, at) in thread.Sight.Floors)
            {
                Mix(cell);
                Mix(at);
            }
        }
        foreach (var outcome in Outcomes)
        {
            Mix(outcome.Returned ? 1 : 0);
            Mix(outcome.Result);
            Mix((long)outcome.Before);
        }
        return new UInt128(a, b);
    }
}
