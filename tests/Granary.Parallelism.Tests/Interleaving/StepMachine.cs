using System.Runtime.CompilerServices;

namespace Granary.Parallelism.Tests.Interleaving;

/// <summary>
/// Runs ordinary code one access at a time without a thread: the operation starts anew with the answers that its accesses have had, makes one more, and is left
/// where it asks for the next. Real memory never changes; what was stored lies in the <see cref="MachineState"/>.
/// </summary>
internal sealed class StepMachine(MemoryModel model)
{
    private readonly Dictionary<(object Owner, int Field), int> _numbers = new(new CellComparer());
    private readonly Dictionary<object, long> _objects = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(int Operation, int Step, object? Argument), object> _created = [];
    private readonly List<Value> _initial = [];
    private readonly List<Value> _answers = [];
    private readonly List<Pending> _buffer = [];
    private MachineState _state = null!;
    private Sight _sight = Sight.Now;
    private int _thread, _choice;
    private int _operation, _known, _asked, _budget;

    [ThreadStatic]
    private static StepMachine? _current;

    public static StepMachine Current => _current ?? throw new InvalidOperationException("checked memory is reached only by operations of a scenario");

    /// <summary>What the step did, for people.</summary>
    public string Did { get; private set; } = "";

    /// <summary>How many answers the step's load could have had.</summary>
    public int Choices { get; private set; }

    public long NumberOf(object? value)
    {
        if (value is null) return 0;
        if (!_objects.TryGetValue(value, out var number)) _objects.Add(value, number = _objects.Count + 1);
        return number;
    }

    /// <summary>Changes <paramref name="state"/> by one access of a thread.</summary>
    /// <param name="choice">Which of the answers that a load may have, from 0, the newest.</param>
    /// <returns>False when the thread must first empty its buffer.</returns>
    /// <exception cref="Exception">What the operation threw.</exception>
    public bool Step(MachineState state, int thread, int operation, Func<long> run, ulong ended, int choice = 0)
    {
        var at = state.Threads[thread];
        (_state, _operation, _known, _asked, _budget, Did) = (state, operation, at.Answers.Length, 0, 1, "");
        (_thread, _choice, Choices) = (thread, choice, 1);
        // no load of an operation is satisfied before it begins
        _sight = at.Begun ? at.Sight : Sight.Now;
        if (_known > 500) throw new InvalidOperationException("an operation does not end");
        _answers.Clear();
        _answers.AddRange(at.Answers);
        _buffer.Clear();
        _buffer.AddRange(at.Buffer);
        if (!at.Begun) state.Outcomes[operation] = new(false, 0, ended);
        _current = this;
        try
        {
            var result = run();
            state.Outcomes[operation] = state.Outcomes[operation] with { Returned = true, Result = result };
            state.Threads[thread] = new(at.Done + 1, false, [], [.. _buffer], Sight.Now);
            Did += $" and returns {result}";
        }
        catch (Pause pause)
        {
            if (pause == Pause.Blocked) return false;
            state.Threads[thread] = new(at.Done, true, pause == Pause.Again ? [] : [.. _answers], [.. _buffer], pause == Pause.Again ? Sight.Now : _sight);
        }
        finally
        {
            _current = null;
        }
        return true;
    }

    public Value Load(object owner, int field, Value initial, bool acquire) => Ask(owner, field, initial, acquire ? "load" : "plain load", cell => See(cell, acquire));

    public void Store(object owner, int field, Value initial, Value value, bool release) => Ask(owner, field, initial, "store", cell =>
    {
        if (model == MemoryModel.Sequential) Set(cell, value, _thread);
        else _buffer.Add(new(cell, value, release, _operation));
        return value;
    });

    /// <summary>One indivisible change, with full order: <paramref name="change"/> answers null for none.</summary>
    /// <returns>What was there.</returns>
    public Value Change(object owner, int field, Value initial, Func<Value, Value?> change) => Ask(owner, field, initial, "change", cell =>
    {
        if (_buffer.Count > 0) throw Pause.Blocked;
        var was = Seen(cell);
        if (change(was) is { } value) Set(cell, value, _thread);
        _sight = Sight.Now;
        return was;
    });

    public void Fence()
    {
        if (model == MemoryModel.Sequential) return;
        Ask(this, 0, default, "fence", _ =>
        {
            if (_buffer.Count > 0) throw Pause.Blocked;
            _sight = Sight.Now;
            return default;
        });
    }

    /// <summary>The same object whenever the same operation makes it at the same step, on whatever way it came there: nothing is ever stored in it.</summary>
    public T Create<T, TArgument>(Func<TArgument, T> create, TArgument argument)
        where T : class
    {
        var key = (_operation, _asked, (object?)argument);
        if (!_created.TryGetValue(key, out var made)) _created.Add(key, made = create(argument));
        return (T)made;
    }

    /// <summary>The operation starts again once somebody else has done something.</summary>
    public static void Spin() => throw Pause.Again;

    public void Flush(MachineState state, int thread, int entry)
    {
        var at = state.Threads[thread];
        var pending = at.Buffer[entry];
        _state = state;
        Set(pending.Cell, pending.Value, thread);
        // its own store is old to nobody less than to itself
        if (at.Begun && model == MemoryModel.LateLoads) at = at with { Sight = at.Sight.Changed(pending.Cell, default).Seen(pending.Cell, at.Sight.Past.Length + 1) };
        state.Threads[thread] = at with { Buffer = [.. at.Buffer.Where((_, i) => i != entry)] };
        Did = $"cell {pending.Cell} shows {pending.Value.Number}";
    }

    /// <summary>Which stores of a buffer may become visible next.</summary>
    public static bool MayFlush(Pending[] buffer, int entry)
    {
        if (buffer[entry].Release) return entry == 0;
        for (var i = 0; i < entry; i++)
            if (buffer[i].Cell == buffer[entry].Cell) return false;
        return true;
    }

    private Value Ask(object owner, int field, Value initial, string what, Func<int, Value> access)
    {
        if (_asked < _known) return _answers[_asked++];
        if (_budget-- == 0) throw Pause.Before;
        if (!_numbers.TryGetValue((owner, field), out var cell))
        {
            _numbers.Add((owner, field), cell = _initial.Count);
            _initial.Add(initial);
        }
        // cells that were met on another way hold what they held from the start
        if (_state.Cells.Length < _initial.Count) _state.Cells = [.. _state.Cells, .. _initial.Skip(_state.Cells.Length)];
        var answer = access(cell);
        _answers.Add(answer);
        _asked++;
        Did = $"{what} cell {cell} ({owner.GetType().Name}.{field}): {answer.Number}";
        return answer;
    }

    private Value Seen(int cell)
    {
        for (var i = _buffer.Count - 1; i >= 0; i--)
            if (_buffer[i].Cell == cell) return _buffer[i].Value;
        return _state.Cells[cell];
    }

    /// <summary>A value that a load may answer: the newest, or one that others have changed while the operation was under way and no acquire lay between.</summary>
    private Value See(int cell, bool acquire)
    {
        var newest = Seen(cell);
        if (model != MemoryModel.LateLoads || _buffer.Any(p => p.Cell == cell)) return newest;
        // where nothing was loaded out of order yet, an older answer of an acquire is the one that it has on a way where it comes earlier
        if (acquire && _sight.Floors.Length == 0)
        {
            _sight = Sight.Now;
            return newest;
        }
        var moments = _sight.Moments(cell);
        Choices = moments.Count;
        var moment = moments[_choice];
        var answer = _sight.At(cell, moment, newest);
        _sight = acquire ? _sight.From(cell, moment) : _sight.Seen(cell, moment);
        return answer;
    }

    private void Set(int cell, Value value, int by)
    {
        if (model == MemoryModel.LateLoads)
        {
            for (var other = 0; other < _state.Threads.Length; other++)
            {
                var at = _state.Threads[other];
                if (other != by && at.Begun) _state.Threads[other] = at with { Sight = at.Sight.Changed(cell, _state.Cells[cell]) };
            }
        }
        _state.Cells[cell] = value;
    }

    private sealed class CellComparer : IEqualityComparer<(object Owner, int Field)>
    {
        public bool Equals((object Owner, int Field) x, (object Owner, int Field) y) => ReferenceEquals(x.Owner, y.Owner) && x.Field == y.Field;

        public int GetHashCode((object Owner, int Field) cell) => HashCode.Combine(RuntimeHelpers.GetHashCode(cell.Owner), cell.Field);
    }

    /// <summary>Leaves an operation where it is.</summary>
    private sealed class Pause : Exception
    {
        public static readonly Pause Before = new(), Blocked = new(), Again = new();
    }
}
