using System.Buffers;
using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Journal;

namespace Granary.Scheduling;

/// <summary>
/// A batch of events as one journal record: a version byte, the specs it uses (each once), then the events. Times are written as differences.
/// A build reads every version up to its own.
/// </summary>
public static class EventCodec
{
    /// <summary>The version that is written.</summary>
    public const byte Version = 2;

    public static void Write(EventBatch batch, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var w = new JournalWriter(output);
        w.Byte(Version);
        var specs = WriteSpecs(ref w, batch.Events);
        w.Unsigned((ulong)batch.Count);
        long time = 0;
        foreach (ref readonly var e in batch.Events)
        {
            w.Byte((byte)e.Kind);
            w.Number(e.At - time);
            time = e.At;
            Write(ref w, e, specs);
        }
        w.Flush();
    }

    /// <summary>Appends the record's events to <paramref name="batch"/>.</summary>
    /// <exception cref="GranaryException">When the record is damaged or of a newer version.</exception>
    public static void Read(ReadOnlySpan<byte> record, EventBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var r = new JournalReader(record);
        r.Begin(Version, "journal record");
        var specs = new TaskSpec[r.Count()];
        for (var i = 0; i < specs.Length; i++) specs[i] = ModelCodec.ReadTask(ref r);
        var count = r.Count();
        long time = 0;
        for (var i = 0; i < count; i++)
        {
            var kind = (EventKind)r.Byte();
            time += r.Number();
            batch.Add(Read(ref r, kind, time, specs));
        }
        if (!r.AtEnd) throw r.Damaged("goes on after its last event");
    }

    private static Dictionary<TaskSpec, int>? WriteSpecs(ref JournalWriter w, ReadOnlySpan<PoolEvent> events)
    {
        Dictionary<TaskSpec, int>? specs = null;
        List<TaskSpec> order = [];
        foreach (ref readonly var e in events)
        {
            if (e.Kind != EventKind.Admitted) continue;
            var spec = ((AdmittedItem)e.Detail!).Spec;
            if ((specs ??= new(ReferenceEqualityComparer.Instance)).TryAdd(spec, order.Count)) order.Add(spec);
        }
        w.Unsigned((ulong)order.Count);
        foreach (var spec in order) ModelCodec.Write(ref w, spec);
        return specs;
    }

    private static void Write(ref JournalWriter w, in PoolEvent e, Dictionary<TaskSpec, int>? specs)
    {
        switch (e.Kind)
        {
            case EventKind.PoolConfigured:
                ModelCodec.Write(ref w, (PoolSpec)e.Detail!);
                break;
            case EventKind.AgentSet:
                ModelCodec.Write(ref w, (AgentSpec)e.Detail!);
                break;
            case EventKind.NodeSet:
                w.Number(e.Node);
                w.Number(e.Value);
                ModelCodec.Write(ref w, (NodeSpec)e.Detail!);
                break;
            case EventKind.NodeStateChanged:
                w.Number(e.Node);
                w.Number(e.Value);
                break;
            case EventKind.Admitted:
                var item = (AdmittedItem)e.Detail!;
                w.Number(e.Number);
                w.Number(e.Count);
                w.Unsigned((ulong)specs![item.Spec]);
                ModelCodec.Write(ref w, item.After);
                ModelCodec.Write(ref w, item.AfterItems);
                w.Number(item.Estimate);
                break;
            case EventKind.Rejected:
                w.Number(e.Number);
                w.Number(e.Count);
                w.Number(e.Value);
                w.Text((string)e.Detail!);
                break;
            case EventKind.OperationRecorded:
                ModelCodec.Write(ref w, (OperationRecord)e.Detail!);
                break;
            case EventKind.Placed:
                w.Number(e.Number);
                w.Number(e.Token);
                w.Number(e.Node);
                break;
            case EventKind.Started:
                w.Number(e.Number);
                w.Number(e.Token);
                break;
            case EventKind.Ended:
                var end = EndRecord.From(e.Detail);
                w.Number(e.Number);
                w.Number(e.Token);
                w.Number(e.Value);
                w.Number(e.Count);
                w.Text(end.Reason);
                ModelCodec.Write(ref w, end.Exit);
                break;
            case EventKind.StopIssued:
                w.Number(e.Number);
                w.Number(e.Token);
                w.Number(e.Value);
                w.Text((string)e.Detail!);
                break;
            case EventKind.Cancelled:
                w.Number(e.Number);
                w.Number(e.Count);
                w.Text((string)e.Detail!);
                break;
            case EventKind.GroupSet:
                ModelCodec.Write(ref w, (GroupSpec)e.Detail!);
                break;
            case EventKind.WeightsAdapted:
                ModelCodec.Write(ref w, (AdaptedWeights)e.Detail!);
                break;
            case EventKind.RoomClaimed:
                w.Number(e.Number);
                w.Number(e.Value);
                w.Number(e.Node);
                ModelCodec.Write(ref w, (IReadOnlyList<long>)e.Detail!);
                break;
            case EventKind.RoomReleased:
            case EventKind.MoveDropped:
                w.Number(e.Number);
                break;
            case EventKind.ReservationSet:
                ModelCodec.Write(ref w, (ReservationRecord)e.Detail!);
                break;
            case EventKind.Promised:
                w.Number(e.Number);
                w.Number(e.Count);
                w.Number(e.Value);
                w.Number(e.Node);
                break;
            case EventKind.PromiseMissed:
                w.Number(e.Number);
                break;
            case EventKind.ReservationEnded:
                w.Number(e.Number);
                w.Text((string)e.Detail!);
                break;
            case EventKind.LoanGranted or EventKind.LoanTaken:
                w.Number(e.Number);
                w.Number(e.Node);
                ModelCodec.Write(ref w, (Loan)e.Detail!);
                break;
            case EventKind.LoanEnded:
                w.Number(e.Number);
                break;
            case EventKind.LoanReturned:
                w.Number(e.Number);
                w.Number(e.Node);
                w.Text((string)e.Detail!);
                break;
            case EventKind.CohortUse:
                ModelCodec.Write(ref w, (AgentUse)e.Detail!);
                break;
            case EventKind.MeasuredUse:
                w.Number(e.Node);
                w.Number(e.Number);
                w.Number(e.Token);
                break;
            case EventKind.Migrating:
                w.Number(e.Number);
                w.Number(e.Token);
                w.Number(e.Node);
                break;
            case EventKind.MovesPlanned:
                ModelCodec.Write(ref w, (IReadOnlyList<long>)e.Detail!);
                break;
            case EventKind.Routed:
                w.Number(e.Number);
                w.Number(e.Count);
                w.Number(e.Value);
                w.Text((string)e.Detail!);
                break;
            case EventKind.NodeAssigned:
                w.Number(e.Value);
                ModelCodec.Write(ref w, (NodeSpec)e.Detail!);
                break;
            case EventKind.Yielded:
                w.Number(e.Token);
                w.Number(e.Value);
                ModelCodec.Write(ref w, (IReadOnlyList<long>)e.Detail!);
                break;
            case EventKind.TasksTaken:
                w.Number(e.Token);
                w.Number(e.Value);
                w.Bytes((byte[])e.Detail!);
                break;
            case EventKind.YieldEnded:
                w.Number(e.Token);
                break;
            case EventKind.Rerouted:
                w.Number(e.Number);
                w.Number(e.Token);
                w.Number(e.Value);
                ModelCodec.Write(ref w, (IReadOnlyList<long>)e.Detail!);
                break;
            case EventKind.NodeReleased:
                w.Number(e.Node);
                w.Number(e.Value);
                break;
            default:
                throw new InvalidOperationException($"event kind {e.Kind} has no layout");
        }
    }

    private static PoolEvent Read(ref JournalReader r, EventKind kind, long at, TaskSpec[] specs)
    {
        switch (kind)
        {
            case EventKind.PoolConfigured: return new PoolEvent(kind, at, Detail: ModelCodec.ReadPool(ref r));
            case EventKind.AgentSet: return new PoolEvent(kind, at, Detail: ModelCodec.ReadAgent(ref r));
            case EventKind.NodeSet: return new PoolEvent(kind, at, Node: r.Int(), Value: r.Number(), Detail: ModelCodec.ReadNode(ref r));
            case EventKind.NodeStateChanged: return new PoolEvent(kind, at, Node: r.Int(), Value: r.Number());
            case EventKind.Admitted: return ReadAdmitted(ref r, at, specs);
            case EventKind.Rejected: return new PoolEvent(kind, at, Number: r.Number(), Count: r.Int(), Value: r.Number(), Detail: r.Text());
            case EventKind.OperationRecorded: return new PoolEvent(kind, at, Detail: ModelCodec.ReadOperation(ref r));
            case EventKind.Placed: return new PoolEvent(kind, at, Number: r.Number(), Token: r.Number(), Node: r.Int());
            case EventKind.Started: return new PoolEvent(kind, at, Number: r.Number(), Token: r.Number());
            case EventKind.Ended:
                var (number, token, again, outcome) = (r.Number(), r.Number(), r.Number(), r.Int());
                var reason = r.Text();
                return new PoolEvent(kind, at, number, token, again, Count: outcome, Detail: new EndRecord(ModelCodec.ReadExit(ref r), reason).ToDetail());
            case EventKind.StopIssued: return new PoolEvent(kind, at, Number: r.Number(), Token: r.Number(), Value: r.Number(), Detail: r.Text());
            case EventKind.Cancelled: return new PoolEvent(kind, at, Number: r.Number(), Count: r.Int(), Detail: r.Text());
            case EventKind.GroupSet: return new PoolEvent(kind, at, Detail: ModelCodec.ReadGroup(ref r));
            case EventKind.WeightsAdapted: return new PoolEvent(kind, at, Detail: ModelCodec.ReadAdapted(ref r));
            case EventKind.RoomClaimed: return new PoolEvent(kind, at, Number: r.Number(), Value: r.Number(), Node: r.Int(), Detail: ModelCodec.ReadNumbers(ref r));
            case EventKind.ReservationSet:
                var reservation = ModelCodec.ReadReservation(ref r);
                return new PoolEvent(kind, at, reservation.Number, Detail: reservation);
            case EventKind.Promised: return new PoolEvent(kind, at, Number: r.Number(), Count: r.Int(), Value: r.Number(), Node: r.Int());
            case EventKind.PromiseMissed: return new PoolEvent(kind, at, Number: r.Number());
            case EventKind.ReservationEnded: return new PoolEvent(kind, at, Number: r.Number(), Detail: r.Text());
            case EventKind.LoanGranted or EventKind.LoanTaken: return new PoolEvent(kind, at, Number: r.Number(), Node: r.Int(), Detail: ModelCodec.ReadLoan(ref r));
            case EventKind.LoanEnded: return new PoolEvent(kind, at, Number: r.Number());
            case EventKind.LoanReturned: return new PoolEvent(kind, at, Number: r.Number(), Node: r.Int(), Detail: r.Text());
            case EventKind.CohortUse: return new PoolEvent(kind, at, Detail: ModelCodec.ReadUse(ref r));
            case EventKind.RoomReleased:
            case EventKind.MoveDropped: return new PoolEvent(kind, at, Number: r.Number());
            case EventKind.MeasuredUse: return new PoolEvent(kind, at, Node: r.Int(), Number: r.Number(), Token: r.Number());
            case EventKind.Migrating: return new PoolEvent(kind, at, Number: r.Number(), Token: r.Number(), Node: r.Int());
            case EventKind.MovesPlanned: return new PoolEvent(kind, at, Detail: ModelCodec.ReadNumbers(ref r));
            case EventKind.Routed: return new PoolEvent(kind, at, Number: r.Number(), Count: r.Int(), Value: r.Number(), Detail: r.Text());
            case EventKind.NodeAssigned: return new PoolEvent(kind, at, Value: r.Number(), Detail: ModelCodec.ReadNode(ref r));
            case EventKind.Yielded: return new PoolEvent(kind, at, Token: r.Number(), Value: r.Number(), Detail: ModelCodec.ReadNumbers(ref r));
            case EventKind.TasksTaken: return new PoolEvent(kind, at, Token: r.Number(), Value: r.Number(), Detail: r.Bytes());
            case EventKind.YieldEnded: return new PoolEvent(kind, at, Token: r.Number());
            case EventKind.Rerouted: return new PoolEvent(kind, at, Number: r.Number(), Token: r.Number(), Value: r.Number(), Detail: ModelCodec.ReadNumbers(ref r));
            case EventKind.NodeReleased: return new PoolEvent(kind, at, Node: r.Int(), Value: r.Number());
            default: throw r.Damaged($"holds an event of kind {(int)kind}, which this build does not know,");
        }
    }

    private static PoolEvent ReadAdmitted(ref JournalReader r, long at, TaskSpec[] specs)
    {
        var (number, count, index) = (r.Number(), r.Int(), r.Unsigned());
        if (index >= (ulong)specs.Length) throw r.Damaged($"names spec {index} of {specs.Length}");
        var after = ModelCodec.ReadNumbers(ref r);
        var afterItems = ModelCodec.ReadRuns(ref r);
        return new PoolEvent(EventKind.Admitted, at, number, Count: count, Detail: new AdmittedItem(specs[index], after, afterItems, r.Number()));
    }
}
