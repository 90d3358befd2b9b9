namespace Pipeline.ThreadLinker;

/// <summary>A person, to one business; a lead, once the product or a CRM has made one of him.</summary>
/// <param name="businessId">The business.</param>
/// <param name="id">The number, from 1, in the order of the business's events. A lead's id is its person's number.</param>
/// <param name="isNew">True when the person is not stored yet.</param>
public sealed class Person(long businessId, long id, bool isNew)
{
    private Person? mergedInto;

    /// <summary>The business.</summary>
    public long BusinessId => businessId;

    /// <summary>The number, from 1, in the order of the business's events.</summary>
    public long Id => id;

    /// <summary>True when the person is not stored yet.</summary>
    public bool IsNew => isNew;

    /// <summary>Whether this is a lead, and whose.</summary>
    public Ownership Owner { get; private set; }

    /// <summary>The best evidence of a phone so far; null when none is known.</summary>
    public PhoneEvidence? Phone { get; private set; }

    /// <summary>The newest name the person chose; null when none is known.</summary>
    public DatedName? PushName { get; private set; }

    /// <summary>The name a CRM gave; null when none did.</summary>
    public DatedName? Name { get; private set; }

    /// <summary>The conversation with this person; null when there has been none.</summary>
    public LinkedConversation? Conversation { get; set; }

    /// <summary>True when something differs from what is stored.</summary>
    public bool HasLearned { get; private set; }

    /// <summary>True when the person has become part of another.</summary>
    public bool IsMerged => mergedInto is not null;

    /// <summary>Who stands for this person now: itself, or the last survivor.</summary>
    public Person Survivor
    {
        get
        {
            var at = this;
            while (at.mergedInto is { } next) at = next;
            return at;
        }
    }

    /// <summary>A person as stored.</summary>
    public static Person Stored(
        long businessId, long id, Ownership owner, PhoneEvidence? phone, DatedName? pushName, LinkedConversation? conversation, DatedName? name = null) =>
        new(businessId, id, isNew: false) { Owner = owner, Phone = phone, PushName = pushName, Name = name, Conversation = conversation };

    /// <summary>Makes a lead of the person, if it is none or a lesser one.</summary>
    public void Own(Ownership by)
    {
        if (by <= Owner) return;
        Owner = by;
        HasLearned = true;
    }

    /// <summary>Takes the evidence if it is better than what is known.</summary>
    public void Learn(PhoneEvidence? evidence)
    {
        if (evidence is not { } found || (Phone is { } known && !found.Beats(known))) return;
        Phone = found;
        HasLearned = true;
    }

    /// <summary>Takes a push name if it is newer than the one that is known.</summary>
    public void LearnPushName(DatedName? name)
    {
        if (name is not { } found || (PushName is { } known && !found.Beats(known))) return;
        PushName = found;
        HasLearned = true;
    }

    /// <summary>Takes a CRM's name if it is newer than the one that is known.</summary>
    public void LearnName(DatedName? name)
    {
        if (name is not { } found || (Name is { } known && !found.Beats(known))) return;
        Name = found;
        HasLearned = true;
    }

    /// <summary>
    /// True when this person goes on and the other ends, should the two be one: the lead a CRM owns, else a lead of any kind, else the one
    /// with a phone, else the older. Between two that a CRM owns, the older: a phone may come later and must not change the answer.
    /// </summary>
    public bool Outlives(Person other)
    {
        if (Owner != other.Owner) return Owner > other.Owner;
        if (Owner != Ownership.Crm && Phone.HasValue != other.Phone.HasValue) return Phone.HasValue;
        return Id < other.Id;
    }

    /// <summary>Becomes part of another person, who takes over what was known.</summary>
    public void MergeInto(Person survivor)
    {
        survivor.Own(Owner);
        survivor.Learn(Phone);
        survivor.LearnPushName(PushName);
        survivor.LearnName(Name);
        mergedInto = survivor;
    }
}
