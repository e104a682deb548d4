using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.Timers
{
    /// <summary>Registers reminders of grains.</summary>
    public interface IReminderRegistry
    {
        Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period);

        Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder);

        Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName);

        Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId);
    }
}

namespace Orleans
{
    /// <summary>Durable timers: they outlive activations and restarts, and wake the grain.</summary>
    public static class GrainReminderExtensions
    {
        /// <summary>Ticks <paramref name="dueTime"/> from now, and then every <paramref name="period"/>.</summary>
        /// <exception cref="ArgumentException">The period is shorter than <c>ReminderOptions.MinimumReminderPeriod</c>.</exception>
        public static Task<IGrainReminder> RegisterOrUpdateReminder(this IGrainBase grain, string reminderName, TimeSpan dueTime, TimeSpan period)
        {
            ArgumentNullException.ThrowIfNull(grain);
            ArgumentException.ThrowIfNullOrWhiteSpace(reminderName);
            if (grain is not IRemindable)
                throw new InvalidOperationException($"{grain.GetType().Name} registers reminder \"{reminderName}\" but is not IRemindable; implement it.");
            return Registry(grain).RegisterOrUpdateReminder(grain.GrainContext.GrainId, reminderName, dueTime, period);
        }

        public static Task UnregisterReminder(this IGrainBase grain, IGrainReminder reminder)
            => Registry(grain).UnregisterReminder(grain.GrainContext.GrainId, reminder);

        /// <summary>The reminder of that name; null where there is none.</summary>
        public static Task<IGrainReminder?> GetReminder(this IGrainBase grain, string reminderName)
            => Registry(grain).GetReminder(grain.GrainContext.GrainId, reminderName);

        public static Task<List<IGrainReminder>> GetReminders(this IGrainBase grain)
            => Registry(grain).GetReminders(grain.GrainContext.GrainId);

        private static IReminderRegistry Registry(IGrainBase grain)
            => grain.GrainContext.ActivationServices.GetService<IReminderRegistry>() ?? throw new InvalidOperationException(
                "No reminder service is configured; call UseInMemoryReminderService or another on the silo builder.");
    }
}
