using Granary.Model;
using Npgsql;

namespace Granary.Storage;

/// <summary>Finished tasks as one array a column. The members of an array share a spec, so its bytes are made once for a run of them.</summary>
internal sealed class TaskArrays
{
    public int Count => _entry.Count;

    private readonly List<int> _entry = [];
    private readonly List<long> _number = [];
    private readonly List<string> _agent = [];
    private readonly List<string> _name = [];
    private readonly List<short> _state = [];
    private readonly List<string> _reason = [];
    private readonly List<int> _priority = [];
    private readonly List<string> _node = [];
    private readonly List<int> _attempt = [];
    private readonly List<int> _index = [];
    private readonly List<long> _submitted = [];
    private readonly List<long?> _started = [];
    private readonly List<long> _finished = [];
    private readonly List<long?> _deadline = [];
    private readonly List<short?> _cause = [];
    private readonly List<int?> _exitCode = [];
    private readonly List<int?> _signal = [];
    private readonly List<string> _exitMessage = [];
    private readonly List<long?> _peakMemory = [];
    private readonly List<long?> _cpu = [];
    private readonly List<long?> _wall = [];
    private readonly List<long> _token = [];
    private readonly List<string> _labels = [];
    private readonly List<byte[]?> _after = [];
    private readonly List<byte[]> _spec = [];
    private readonly RecordWriter _writer = new();
    private TaskSpec? _encoded;
    private byte[] _specBytes = [];
    private string _labelText = "";

    /// <param name="entry">Of which append, from 1; for <c>put_tasks</c> the pool.</param>
    /// <param name="task">A finished one.</param>
    public void Add(int entry, TaskView task)
    {
        var spec = task.Spec;
        if (!ReferenceEquals(spec, _encoded)) Encode(spec);
        var exit = task.Exit;
        _entry.Add(entry);
        _number.Add(task.Id.Number);
        _agent.Add(PostgresText.To(spec.Agent));
        _name.Add(PostgresText.To(spec.Name));
        _state.Add((short)task.State);
        _reason.Add(PostgresText.To(task.Reason));
        _priority.Add(spec.Priority);
        _node.Add(PostgresText.To(task.Node));
        _attempt.Add(task.Attempt);
        _index.Add(task.Index);
        _submitted.Add(UnixTime.Micros(task.Submitted));
        _started.Add(UnixTime.Micros(task.Started));
        _finished.Add(UnixTime.Micros(task.Finished!.Value));
        _deadline.Add(UnixTime.Micros(task.Deadline));
        _cause.Add((short?)exit?.Cause);
        _exitCode.Add(exit?.Code);
        _signal.Add(exit?.Signal);
        _exitMessage.Add(PostgresText.To(exit?.Message ?? ""));
        _peakMemory.Add(exit?.PeakMemoryKiB);
        _cpu.Add(UnixTime.Micros(exit?.CpuTime));
        _wall.Add(UnixTime.Micros(exit?.WallTime));
        _token.Add(task.Token);
        _labels.Add(_labelText);
        _after.Add(task.After.Count == 0 ? null : After(task.After));
        _spec.Add(_specBytes);
    }

    /// <summary>In the order of the function's parameters.</summary>
    public void AddTo(NpgsqlParameterCollection parameters)
    {
        Add(parameters, _entry);
        Add(parameters, _number);
        Add(parameters, _agent);
        Add(parameters, _name);
        Add(parameters, _state);
        Add(parameters, _reason);
        Add(parameters, _priority);
        Add(parameters, _node);
        Add(parameters, _attempt);
        Add(parameters, _index);
        Add(parameters, _submitted);
        Add(parameters, _started);
        Add(parameters, _finished);
        Add(parameters, _deadline);
        Add(parameters, _cause);
        Add(parameters, _exitCode);
        Add(parameters, _signal);
        Add(parameters, _exitMessage);
        Add(parameters, _peakMemory);
        Add(parameters, _cpu);
        Add(parameters, _wall);
        Add(parameters, _token);
        Add(parameters, _labels);
        Add(parameters, _after);
        Add(parameters, _spec);
    }

    private static void Add<T>(NpgsqlParameterCollection parameters, List<T> column) =>
        parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = column });

    private void Encode(TaskSpec spec)
    {
        _encoded = null;
        _writer.Clear();
        TaskSpecCodec.Write(_writer, spec);
        _specBytes = _writer.ToArray();
        _labelText = PostgresText.To(LabelText.Of(spec.Labels));
        _encoded = spec;
    }

    private byte[] After(IReadOnlyList<TaskId> after)
    {
        _writer.Clear();
        TaskList.Write(_writer, after);
        return _writer.ToArray();
    }
}
