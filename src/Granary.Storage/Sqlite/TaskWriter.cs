using Granary.Model;

namespace Granary.Storage;

/// <summary>Writes rows of finished tasks. The members of an array share a spec, so its bytes are made once for a run of them.</summary>
internal sealed class TaskWriter(Database database)
{
    private readonly Statement _upsert =
        database.Prepare($"INSERT OR REPLACE INTO task({TaskColumns.All}) VALUES({TaskColumns.Parameters})");

    private readonly Statement _delete = database.Prepare("""
        DELETE FROM task WHERE id IN (
            SELECT id FROM task INDEXED BY task_finished WHERE finished < ? AND id BETWEEN ? AND ? ORDER BY finished LIMIT ?)
        """);

    private readonly RecordWriter _spec = new();
    private readonly RecordWriter _after = new();
    private TaskSpec? _encoded;
    private string _labels = "";

    public void Upsert(long pool, TaskView task)
    {
        var spec = task.Spec;
        if (!ReferenceEquals(spec, _encoded)) Encode(spec);
        var exit = task.Exit;
        _upsert.Bind(1, Key.Of(pool, task.Id.Number)).Bind(2, spec.Agent).Bind(3, spec.Name).Bind(4, (int)task.State).Bind(5, task.Reason)
            .Bind(6, spec.Priority).Bind(7, task.Node).Bind(8, task.Attempt).Bind(9, task.Index)
            .Bind(10, UnixTime.Micros(task.Submitted)).Bind(11, UnixTime.Micros(task.Started))
            .Bind(12, UnixTime.Micros(task.Finished)).Bind(13, UnixTime.Micros(task.Deadline))
            .Bind(14, (long?)exit?.Cause).Bind(15, exit?.Code).Bind(16, exit?.Signal).Bind(17, exit?.Message ?? "")
            .Bind(18, exit?.PeakMemoryKiB).Bind(19, UnixTime.Micros(exit?.CpuTime)).Bind(20, UnixTime.Micros(exit?.WallTime))
            .Bind(21, task.Token).Bind(22, _labels);
        BindAfter(task.After);
        _upsert.Bind(24, _spec.Written).Run();
    }

    public int DeleteFinishedBefore(long pool, long before, int maxRows)
    {
        _delete.Bind(1, before).Bind(2, Key.Of(pool, 0)).Bind(3, Key.Of(pool, Key.MaxNumber)).Bind(4, maxRows).Run();
        return database.Changes;
    }

    private void Encode(TaskSpec spec)
    {
        _encoded = null;
        _spec.Clear();
        TaskSpecCodec.Write(_spec, spec);
        _labels = LabelText.Of(spec.Labels);
        _encoded = spec;
    }

    private void BindAfter(IReadOnlyList<TaskId> after)
    {
        if (after.Count == 0)
        {
            _upsert.Bind(23, (long?)null);
            return;
        }
        _after.Clear();
        TaskList.Write(_after, after);
        _upsert.Bind(23, _after.Written);
    }
}
