using Granary.EmbeddedHost.Calls;
using Granary.EmbeddedHost.Messaging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Timers;

namespace Granary.EmbeddedHost.Reminders;

/// <summary>Ticks the reminders of the table.</summary>
/// <remarks>The table is durable, the ticks are not: those that fall due while no host runs are skipped, and the series goes on.</remarks>
internal sealed class ReminderService(LocalRuntime runtime, IReminderTable table, IOptions<ReminderOptions> options)
    : IReminderRegistry, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly Dictionary<(GrainId Grain, string Name), ReminderClock> _clocks = [];
    private readonly Lock _gate = new();
    private bool _running;

    public void Participate(ISiloLifecycle lifecycle)
        => lifecycle.Subscribe(nameof(ReminderService), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public async Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, $"The due time of reminder \"{reminderName}\" is negative.");
        if (period < options.Value.MinimumReminderPeriod)
        {
            throw new ArgumentException(
                $"The period of reminder \"{reminderName}\" is {period}, below the minimum of {options.Value.MinimumReminderPeriod}; use a grain timer for short periods.");
        }
        var entry = new ReminderEntry
        {
            GrainId = callingGrainId,
            ReminderName = reminderName,
            StartAt = runtime.Time.GetUtcNow().UtcDateTime + dueTime,
            Period = period,
        };
        entry.ETag = await table.UpsertRow(entry);
        SetClock(entry);
        return new Reminder(entry);
    }

    public async Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        if (reminder is not Reminder { Entry: var entry })
            throw new ArgumentException("The reminder is not one of this host's.", nameof(reminder));
        if (!await table.RemoveRow(callingGrainId, entry.ReminderName, entry.ETag!))
        {
            throw new ReminderException(
                $"Reminder \"{entry.ReminderName}\" of {callingGrainId} was changed or removed meanwhile; get it again with GetReminder.");
        }
        lock (_gate)
        {
            if (_clocks.Remove((callingGrainId, entry.ReminderName), out var clock))
                clock.Dispose();
        }
    }

    public async Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName)
        => await table.ReadRow(callingGrainId, reminderName) is { } entry ? new Reminder(entry) : null;

    public async Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId)
        => [.. (await table.ReadRows(callingGrainId)).Reminders.Select(e => new Reminder(e))];

    private async Task StartAsync(CancellationToken cancellation)
    {
        await table.StartAsync(cancellation);
        _running = true;
        foreach (var entry in (await table.ReadRows(0, 0)).Reminders)
            SetClock(entry);
    }

    private Task StopAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            _running = false;
            foreach (var clock in _clocks.Values)
                clock.Dispose();
            _clocks.Clear();
        }
        return table.StopAsync(cancellation);
    }

    private void SetClock(ReminderEntry entry)
    {
        lock (_gate)
        {
            var key = (entry.GrainId, entry.ReminderName);
            if (_clocks.Remove(key, out var old))
                old.Dispose();
            if (_running)
                _clocks[key] = new ReminderClock(runtime, entry);
        }
    }

    private sealed class Reminder(ReminderEntry entry) : IGrainReminder
    {
        public ReminderEntry Entry => entry;

        public string ReminderName => entry.ReminderName;
    }
}

/// <summary>The clock of one reminder.</summary>
internal sealed class ReminderClock : IDisposable
{
    /// <summary>Platform timers reach 49 days; a longer wait is made in steps.</summary>
    private static readonly TimeSpan LongestStep = TimeSpan.FromDays(30);

    private readonly LocalRuntime _runtime;
    private readonly ReminderEntry _entry;
    private readonly ITimer _timer;
    private DateTime _next;
    private volatile bool _disposed;

    public ReminderClock(LocalRuntime runtime, ReminderEntry entry)
    {
        _runtime = runtime;
        _entry = entry;
        _timer = runtime.Time.CreateTimer(
            static state => ((ReminderClock)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var now = Now;
        _next = entry.StartAt;
        if (_next < now)
            _next += entry.Period * Math.Ceiling((now - _next) / entry.Period);
        Arm();
    }

    private DateTime Now => _runtime.Time.GetUtcNow().UtcDateTime;

    public void Dispose()
    {
        _disposed = true;
        _timer.Dispose();
    }

    private void Arm()
    {
        var due = _next - Now;
        if (!_disposed)
            _timer.Change(due <= TimeSpan.Zero ? TimeSpan.Zero : due < LongestStep ? due : LongestStep, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        if (_disposed)
            return;
        if (Now < _next)
            Arm();
        else
            _ = TickAsync();
    }

    private async Task TickAsync()
    {
        var now = Now;
        try
        {
            var call = new ReminderCall
            {
                Name = _entry.ReminderName,
                Status = new TickStatus(_entry.StartAt, _entry.Period, now),
                TargetId = _entry.GrainId,
            };
            var outcome = call.Outcome(_runtime.PromiseOptions);
            _runtime.Dispatch(call);
            await outcome;
        }
        catch (Exception e)
        {
            _runtime.Log.ReminderFailed(e, _entry.ReminderName, _entry.GrainId);
        }
        do
            _next += _entry.Period;
        while (_next <= now);
        Arm();
    }

    private sealed class ReminderCall : VoidGrainCall
    {
        private static readonly GrainMethod Receive = new(
            typeof(IRemindable), "Orleans.IRemindable", nameof(IRemindable.ReceiveReminder), nameof(IRemindable.ReceiveReminder), CallOptions.None, null,
            [typeof(string), typeof(TickStatus)], () => new ReminderCall());

        public string Name { get; set; } = "";

        public TickStatus Status { get; set; }

        public override GrainMethod Method => Receive;

        public override int GetArgumentCount() => 2;

        public override object? GetArgument(int index) => index == 0 ? Name : Status;

        public override void SetArgument(int index, object value)
        {
            if (index == 0)
                Name = (string)value;
            else
                Status = (TickStatus)value;
        }

        protected override ValueTask Start(object target) => target is IRemindable grain
            ? new(grain.ReceiveReminder(Name, Status))
            : throw new InvalidOperationException($"{target.GetType().Name} has a reminder \"{Name}\" but is not IRemindable.");
    }
}
