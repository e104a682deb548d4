namespace Granary.Parallelism.Tests.Interleaving;

/// <summary>
/// Every interleaving of a scenario's accesses, depth first. States that were reached before, on another way, are not entered again: how they go on is known.
/// That is no approximation, since a state holds the history so far, and it is what keeps the number small.
/// </summary>
internal sealed class Explorer
{
    private readonly Scenario _scenario;
    private readonly StepMachine _machine;
    private readonly Call[][] _calls;
    private readonly int[] _first;
    private readonly HashSet<UInt128> _seen = [];
    private readonly List<string> _path = [];
    private readonly Linearizability _histories;
    private string? _failure;

    private Explorer(Scenario scenario)
    {
        _scenario = scenario;
        _machine = new(scenario.Memory);
        // what comes before and after are two more threads, which take no part in between
        _calls = [scenario.Before, .. scenario.Threads, scenario.After];
        _first = new int[_calls.Length];
        for (var i = 1; i < _calls.Length; i++) _first[i] = _first[i - 1] + _calls[i - 1].Length;
        _histories = new([.. _calls.SelectMany(c => c)], scenario.Model);
    }

    public static Exploration Run(Scenario scenario, int mostStates = 3_000_000)
    {
        var explorer = new Explorer(scenario);
        var count = explorer._calls.Sum(c => c.Length);
        Assert.InRange(count, 1, 64);
        explorer.Visit(new([], [.. explorer._calls.Select(_ => ThreadState.Initial)], new Outcome[count]), mostStates);
        if (explorer._failure is null && explorer._histories.Count == 0) explorer._failure = "no interleaving ends";
        return new(explorer._seen.Count, explorer._histories.Count, explorer._failure);
    }

    private void Visit(MachineState state, int mostStates)
    {
        if (_failure is not null || !_seen.Add(state.Fingerprint(_machine.NumberOf))) return;
        if (_seen.Count > mostStates) throw new InvalidOperationException($"more than {mostStates} states; make the case smaller");
        var (from, to) = Phase(state);
        if (from == to)
        {
            if (_histories.Explain(state.Outcomes) is { } unexplained) Fail(unexplained);
            return;
        }
        for (var thread = from; thread < to && _failure is null; thread++)
        {
            var at = state.Threads[thread];
            if (at.Done < _calls[thread].Length) Steps(state, thread, mostStates);
            for (var entry = 0; entry < at.Buffer.Length; entry++)
            {
                if (!StepMachine.MayFlush(at.Buffer, entry)) continue;
                var next = state.Copy();
                _machine.Flush(next, thread, entry);
                Enter(next, thread, mostStates);
            }
        }
    }

    /// <summary>One step with each answer that it may have.</summary>
    private void Steps(MachineState state, int thread, int mostStates)
    {
        for (int choice = 0, choices = 1; choice < choices && _failure is null; choice++)
        {
            var next = state.Copy();
            var call = _calls[thread][state.Threads[thread].Done];
            try
            {
                if (!_machine.Step(next, thread, _first[thread] + state.Threads[thread].Done, () => _scenario.Run(call), Ended(state, thread), choice)) return;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Fail($"thread {thread}, {call}: {e.GetType().Name}: {e.Message}");
                return;
            }
            choices = _machine.Choices;
            Enter(next, thread, mostStates);
        }
    }

    private void Enter(MachineState next, int thread, int mostStates)
    {
        _path.Add($"  thread {thread}: {_machine.Did}");
        Visit(next, mostStates);
        _path.RemoveAt(_path.Count - 1);
    }

    /// <summary>Which threads may go on: the first alone, then those of the scenario, then the last alone.</summary>
    private (int From, int To) Phase(MachineState state)
    {
        bool Over(int thread) => state.Threads[thread] is { Buffer.Length: 0 } t && t.Done == _calls[thread].Length;
        var last = _calls.Length - 1;
        if (!Over(0)) return (0, 1);
        for (var thread = 1; thread < last; thread++)
            if (!Over(thread)) return (1, last);
        return Over(last) ? (0, 0) : (last, last + 1);
    }

    /// <summary>Operations that had ended: its own that returned, and those of others of which nothing waits in a buffer any more.</summary>
    private ulong Ended(MachineState state, int thread)
    {
        var ended = 0ul;
        for (var other = 0; other < _calls.Length; other++)
        {
            for (var i = 0; i < state.Threads[other].Done; i++)
            {
                var operation = _first[other] + i;
                if (other == thread || !state.Threads[other].Buffer.Any(p => p.Operation == operation)) ended |= 1ul << operation;
            }
        }
        return ended;
    }

    private void Fail(string what) => _failure ??= what + "\n" + string.Join('\n', _path);
}
