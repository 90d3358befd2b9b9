using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Streaming;

/// <summary>
/// Binds a section to an options object and tells every fault it finds: keys that no property has, values that are not of the
/// property's type, and what the property's own annotations refuse. The framework's binder stops at the first.
/// </summary>
internal static class StrictBinder
{
    /// <summary>Fills a new <paramref name="type"/> from a section.</summary>
    /// <param name="faults">Gets one sentence for each fault; never a value, which may be a secret.</param>
    public static object Bind(Type type, IConfigurationSection section, List<string> faults)
    {
        var options = Activator.CreateInstance(type) ?? throw new InvalidOperationException($"{type.Name} cannot be created.");
        Fill(options, section, faults);
        return options;
    }

    private static void Fill(object options, IConfigurationSection section, List<string> faults)
    {
        var properties = options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0)
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);

        if (section.Value is { Length: > 0 }) faults.Add($"{section.Path} is a section and takes no value of its own.");

        var unreadable = new HashSet<string>(StringComparer.Ordinal);
        foreach (var child in section.GetChildren())
        {
            if (!properties.TryGetValue(child.Key, out var property))
                faults.Add($"{child.Path} is not a setting. Known: {string.Join(", ", properties.Keys)}.");
            else if (!FillOne(options, property, child, faults))
                unreadable.Add(property.Name);
        }

        Validate(options, section.Path, unreadable, faults);
    }

    private static bool FillOne(object options, PropertyInfo property, IConfigurationSection child, List<string> faults)
    {
        var type = property.PropertyType;
        try
        {
            if (IsNested(type))
            {
                var nested = property.GetValue(options) ?? Activator.CreateInstance(type)!;
                Fill(nested, child, faults);
                if (property.CanWrite) property.SetValue(options, nested);
            }
            else if (typeof(IDictionary).IsAssignableFrom(type) && property.GetValue(options) is { } dictionary)
                child.Bind(dictionary);
            else if (!property.CanWrite)
            {
                faults.Add($"{child.Path} cannot be set.");
                return false;
            }
            else if (child.Value is { Length: 0 } && Nullable.GetUnderlyingType(type) is not null)
                property.SetValue(options, null);
            else
                property.SetValue(options, child.Get(type));
            return true;
        }
        catch (InvalidOperationException)
        {
            faults.Add($"{child.Path} is not a {NameOf(type)}.");
            return false;
        }
    }

    private static void Validate(object options, string path, HashSet<string> unreadable, List<string> faults)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        foreach (var result in results)
        {
            var member = result.MemberNames.FirstOrDefault();
            // Already said that it could not be read; its default says nothing.
            if (member is not null && unreadable.Contains(member)) continue;
            var name = member is null ? path : $"{path}:{member}";
            // Some annotations name the setting in their own message.
            faults.Add(result.ErrorMessage!.StartsWith(name, StringComparison.Ordinal) ? result.ErrorMessage : $"{name}: {result.ErrorMessage}");
        }
    }

    private static bool IsNested(Type type) =>
        type.IsClass && type != typeof(string) && type != typeof(Uri) && !typeof(IEnumerable).IsAssignableFrom(type);

    private static string NameOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(TimeSpan)) return "time span (hours:minutes:seconds, for example 00:00:10)";
        if (plain == typeof(bool)) return "yes or no (true, false)";
        if (plain == typeof(int) || plain == typeof(long)) return "whole number";
        return plain.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(plain))}" : plain.Name;
    }
}
