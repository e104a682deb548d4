using Granary.HostConformance.Tests.Support;
using Orleans;
using Orleans.Runtime;

namespace Granary.HostConformance.Tests.Reminders;

public interface IReminderGrain : IGrainWithStringKey
{
    Task Register(string name, TimeSpan due, TimeSpan period);

    Task Unregister(string name);

    Task<bool> Has(string name);

    Task<List<string>> Names();

    Task End();
}

public sealed class ReminderGrain : Grain, IReminderGrain, IRemindable
{
    public Task Register(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public async Task Unregister(string name)
    {
        if (await this.GetReminder(name) is { } reminder)
            await this.UnregisterReminder(reminder);
    }

    public async Task<bool> Has(string name) => await this.GetReminder(name) is not null;

    public async Task<List<string>> Names() => [.. (await this.GetReminders()).Select(r => r.ReminderName)];

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Barriers.Note(this.GetPrimaryKeyString(), $"{reminderName} {status.Period}");
        return Task.CompletedTask;
    }
}
