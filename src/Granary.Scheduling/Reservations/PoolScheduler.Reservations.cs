using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Journal;
using Granary.Scheduling.Reservations;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    private readonly ReservationTable _reservations = new();
    private readonly ReservationPlanner _planner = new();

    /// <summary>
    /// Sets capacity aside for an agent. Refused, with what is available when, where leases as long as they are expected to run, promises and
    /// other reservations leave no room.
    /// </summary>
    /// <exception cref="GranaryException">Invalid; NotFound for an agent that must be declared; Refused when it could never be.</exception>
    public ReserveReply Reserve(ReserveRequest request, long now, EventBatch events, IPoolEffects effects)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.OperationId.Length > 64) throw GranaryException.Invalid($"an operation id has at most 64 characters, not {request.OperationId.Length}");
        if (_reservations.FindByKey(request.OperationId) is { } known) return new ReserveReply { Reservation = ViewOf(known, now) };
        var notes = new List<string>();
        var spec = ReservationRules.Resolve(request.Spec, now, notes);
        if (_reservations.Live.Count >= ReservationTable.Most)
            throw GranaryException.Refused($"pool {_pool} has {ReservationTable.Most} reservations already; give some up: granary unreserve ID");
        _lanes.CheckRoom([spec.Resources]);
        var vector = _lanes.ToVector(spec.Resources, out var unknown);
        if (unknown is not null) throw GranaryException.Refused($"reservation: no node of pool {_pool} has any {unknown}; add a node that has");
        var agent = AgentOf(spec, notes, now, events, effects);
        if (agent.HasLimit && !vector.FitsIn(agent.Limit.Clamped()))
            throw GranaryException.Refused($"reservation of {spec.Resources} is over the limit of agent {agent.Name}, {agent.Spec.Limit}, who could not use it; raise the limit or reserve less");
        PlanPromises(now);
        var times = TimesOf(spec);
        var pieces = _planner.Plan(agent, vector, times, _capacity.Promisable, now, out var missing);
        if (!missing.IsZero) return Refusal(agent, vector, spec, times, now, notes);
        var record = new ReservationRecord
        {
            Number = _reservations.Next,
            Key = request.OperationId,
            Spec = spec,
            Made = now,
            Pieces = [.. pieces.Select(p => new ReservationPiece(p.Node.Spec.Name, _lanes.ToSet(p.Vector)))],
        };
        Emit(new PoolEvent(EventKind.ReservationSet, now, record.Number, Detail: record), events, effects);
        return new ReserveReply { Reservation = ViewOf(_reservations.Find(record.Number)!, now), Notes = notes };
    }

    /// <summary>Gives a reservation up; what runs in it goes on.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    public ReservationView Unreserve(long number, long now, EventBatch events, IPoolEffects effects)
    {
        var reservation = _reservations.Find(number)
            ?? throw GranaryException.NotFound($"pool {_pool} has no reservation r{number} that has not ended; 'granary reservations' lists them");
        Emit(new PoolEvent(EventKind.ReservationEnded, now, number, Detail: "given up"), events, effects);
        return ViewOf(_reservations.Ended.Last(r => r.Number == reservation.Number));
    }

    /// <summary>Every reservation that has not ended, and the last that have, in the order they were made.</summary>
    public IReadOnlyList<ReservationView> Reservations(long now) =>
        [.. _reservations.Ended.Select(ViewOf).Concat(_reservations.Live.Values.Select(r => ViewOf(r, now))).OrderBy(v => v.Made).ThenBy(v => v.Id.Length).ThenBy(v => v.Id, StringComparer.Ordinal)];

    private static ReservationPlanner.Times TimesOf(ReservationSpec spec) => new(Clock.ToMicros(spec.From!.Value), Clock.ToMicros(spec.For),
        spec.Every is { } every ? Clock.ToMicros(every) : 0, spec.Count);

    private AgentEntry AgentOf(ReservationSpec spec, List<string> notes, long now, EventBatch events, IPoolEffects effects)
    {
        if (_order.Find(spec.Agent) is { } agent) return agent;
        if (!_options.AutoCreateAgents) throw GranaryException.NotFound($"agent {spec.Agent} is not declared in pool {_pool}; declare it first");
        Emit(new PoolEvent(EventKind.AgentSet, now, Detail: new AgentSpec { Id = spec.Agent }), events, effects);
        notes.Add($"agent {spec.Agent} was not declared: created with weight 1");
        return _order.Find(spec.Agent)!;
    }

    private ReserveReply Refusal(AgentEntry agent, in ResourceVector vector, ReservationSpec spec, in ReservationPlanner.Times times, long now, List<string> notes)
    {
        var ready = _capacity.Promisable;
        var room = _lanes.ToSet(_planner.RoomInAll(agent, times, ready, now));
        var asked = spec.Resources.Named().Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        var available = Only(room, asked);
        var earliest = ready.Count == 0 ? null : _planner.EarliestStart(agent, vector, times, ready, now);
        var windows = times.Count > 1 ? $" in all {times.Count} windows" : "";
        var what = ready.Count == 0
            ? $"pool {_pool} has no node that is ready; start one: granary node --join HOST:PORT"
            : $"at most {Shown(available, asked)} free from {TimeText.Of(times.First)} to {TimeText.Of(times.First + times.Length)}{windows}; "
              + (earliest is { } start ? $"the earliest window that fits begins at {TimeText.Of(start + Clock.Second - 1)}" : "no window that fits was found: ask for less, or add a node");
        return new ReserveReply
        {
            Error = $"cannot reserve {spec.Resources} for agent {spec.Agent}: {what}",
            Available = available,
            EarliestStart = earliest is { } at ? Clock.ToTime(at) : null,
            Notes = notes,
        };
    }

    private static ResourceSet Only(ResourceSet set, HashSet<string> names)
    {
        long Of(string name, long amount) => names.Contains(name) ? amount : 0;
        return new ResourceSet
        {
            CpuMilli = Of(ResourceNames.Cpu, set.CpuMilli),
            MemoryMiB = Of(ResourceNames.Memory, set.MemoryMiB),
            GpuMilli = Of(ResourceNames.Gpu, set.GpuMilli),
            GpuMemoryMiB = Of(ResourceNames.GpuMemory, set.GpuMemoryMiB),
            NetworkMbps = Of(ResourceNames.Network, set.NetworkMbps),
            StorageMBps = Of(ResourceNames.Storage, set.StorageMBps),
            Custom = set.Custom?.Where(c => names.Contains(c.Key)).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal) is { Count: > 0 } custom ? custom : null,
        };
    }

    /// <summary>With a zero for each resource that is asked for and not there.</summary>
    private static string Shown(ResourceSet set, HashSet<string> names)
    {
        var amounts = set.Named().ToDictionary(a => a.Name, a => a.Amount, StringComparer.Ordinal);
        return string.Join(',', names.Order(StringComparer.Ordinal).Select(n => $"{n}={Quantity.Format(n, amounts.GetValueOrDefault(n))}"));
    }

    private void ApplyReservation(ReservationRecord record, long at)
    {
        _lanes.Learn(record.Spec.Resources);
        var reservation = _reservations.Find(record.Number);
        if (reservation is null)
        {
            reservation = new Reservation(record, _order.Find(record.Spec.Agent)!);
            _reservations.Add(reservation);
        }
        reservation.Record = record;
        foreach (var node in ReservationTable.Detach(reservation)) _capacity.WindowsChanged(node);
        foreach (var piece in record.Pieces)
            if (_capacity.Find(piece.Node) is { } node) ReservationTable.Attach(new WindowPiece(reservation, node, _lanes.ToVector(piece.Resources)));
        _reservations.NextBoundary = 0;
        reservation.Open = false; // opened by the next look at the time
        Settle(reservation, at);
    }

    private void ApplyReservationEnded(long number, string note, long at)
    {
        var reservation = _reservations.Find(number) ?? throw new GranaryException($"journal of pool {_pool}: an event ends reservation r{number}, which is not live");
        foreach (var node in ReservationTable.Detach(reservation)) _capacity.WindowsChanged(node);
        _reservations.End(reservation, reservation.Record with { Note = note, Ended = at });
        _reservations.NextBoundary = 0;
        _planLoose = true;
        if (_reservations.Live.Values.Any(r => !r.Record.Missing.IsZero)) _reservations.Stale = true;
    }

    /// <summary>Holds back or lets go what an open or closed window says.</summary>
    private void Settle(Reservation reservation, long now)
    {
        var open = reservation.IsOpen(now);
        if (open == reservation.Open) return;
        reservation.Open = open;
        foreach (var piece in reservation.Pieces) _capacity.WindowsChanged(piece.Node);
    }

    private ReservationView ViewOf(Reservation reservation, long now)
    {
        var record = reservation.Record;
        var window = Math.Min(reservation.WindowAt(now), reservation.Count - 1);
        var open = reservation.IsOpen(now);
        var used = ResourceVector.Zero;
        var note = record.Note;
        foreach (var piece in reservation.Pieces)
        {
            if (!open) break;
            used += ResourceVector.Min(piece.Vector, piece.Node.Windows!.UseOf(reservation.Agent));
            if (note.Length == 0 && !ResourceVector.Zero.FitsIn(piece.Node.Firm))
                note = $"part of it on node {piece.Node.Spec.Name} is still held by tasks that run longer than expected";
        }
        return new ReservationView
        {
            Id = $"{_pool}/r{record.Number}",
            Pool = _pool,
            Spec = record.Spec,
            State = open ? ReservationState.Active : reservation.WindowAt(now) == reservation.Count ? ReservationState.Ended : ReservationState.Upcoming,
            Start = Clock.ToTime(reservation.StartOf(window)),
            End = Clock.ToTime(reservation.StartOf(window) + reservation.Length),
            Windows = reservation.Count,
            WindowsOver = reservation.WindowAt(now),
            Pieces = record.Pieces,
            Missing = record.Missing,
            Used = _lanes.ToSet(used),
            Made = Clock.ToTime(record.Made),
            Note = note,
        };
    }

    /// <summary>One that has ended.</summary>
    private ReservationView ViewOf(ReservationRecord record)
    {
        var spec = record.Spec;
        var start = spec.From!.Value + (spec.Count - 1) * (spec.Every ?? TimeSpan.Zero);
        return new ReservationView
        {
            Id = $"{_pool}/r{record.Number}",
            Pool = _pool,
            Spec = spec,
            State = ReservationState.Ended,
            Start = start,
            End = start + spec.For,
            Windows = spec.Count,
            WindowsOver = Math.Min(spec.Count, record.Ended == 0 ? spec.Count : new Reservation(record, null!).WindowAt(record.Ended)),
            Pieces = record.Pieces,
            Missing = record.Missing,
            Made = Clock.ToTime(record.Made),
            Note = record.Note,
        };
    }

    private void WriteReservations(ref JournalWriter w)
    {
        w.Number(_reservations.Next);
        w.Unsigned((ulong)_reservations.Live.Count);
        foreach (var reservation in _reservations.Live.Values) ModelCodec.Write(ref w, reservation.Record);
        w.Unsigned((ulong)_reservations.Ended.Count);
        foreach (var record in _reservations.Ended) ModelCodec.Write(ref w, record);
    }

    private void ReadReservations(ref JournalReader r)
    {
        var next = r.Number();
        for (var live = r.Count(); live > 0; live--)
        {
            var record = ModelCodec.ReadReservation(ref r);
            if (_order.Find(record.Spec.Agent) is null) throw r.Damaged($"names agent {record.Spec.Agent}, which it does not hold,");
            ApplyReservation(record, _lastEventAt);
        }
        for (var ended = r.Count(); ended > 0; ended--) _reservations.AddEnded(ModelCodec.ReadReservation(ref r));
        _reservations.Next = next;
    }
}
