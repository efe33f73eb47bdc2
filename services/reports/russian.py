"""Every text of the reports in Russian."""

RUSSIAN = {
    "95th percentile": "95-й процентиль",
    "Active": "Активны",
    "Broken": "Нарушен",
    "By category": "По категориям",
    "By day of intake": "По дням поступления",
    "By group": "По группам",
    "By person": "По исполнителям",
    "By priority": "По приоритетам",
    "By team": "По командам",
    "Category": "Категория",
    "Closed": "Закрыты",
    "Closed (UTC)": "Закрыто (UTC)",
    "Completed": "Завершены",
    "Completed (UTC)": "Завершено (UTC)",
    "Control characters are left out. Excel holds 32,767 characters in a cell; longer text is cut and says so. "
    "In CSV, text that a spreadsheet could take for a formula begins with an apostrophe.": (
        "Управляющие символы опущены. Ячейка Excel вмещает 32 767 знаков; более длинный текст обрезан с пометкой. "
        "В CSV текст, который таблица приняла бы за формулу, начинается с апострофа."
    ),
    "Created (UTC)": "Создано (UTC)",
    "Customer": "Клиент",
    "Day (UTC)": "День (UTC)",
    "Days and moments": "Дни и моменты",
    "Due (UTC)": "Срок (UTC)",
    "Duration": "Длительность",
    "Element id": "Идентификатор элемента",
    "Elements": "Элементы",
    "Ended (UTC)": "Окончено (UTC)",
    "Entered": "Входов",
    "Exact, by nearest rank.": "Точно, по ближайшему рангу.",
    "From creation to completion, by the clock; only of completed tasks.": (
        "От создания до завершения, по часам; только для завершённых задач."
    ),
    "From intake to closing, by the clock; only of closed tickets.": (
        "От поступления до закрытия, по часам; только для закрытых обращений."
    ),
    "Group": "Группа",
    "Groups": "Группы",
    "A task offered to several groups counts for each of them, so groups may add up to more.": (
        "Задача, предложенная нескольким группам, считается у каждой, поэтому сумма по группам может быть больше."
    ),
    "How many were active when the rows were read, whatever the period.": (
        "Сколько было активно в момент чтения строк, независимо от периода."
    ),
    "How often a token entered the element during the period.": "Сколько раз токен вошёл в элемент за период.",
    "How often the element was completed during the period.": "Сколько раз элемент был завершён за период.",
    "In UTC; the last day of the period is included.": "По UTC; последний день периода включён.",
    "Incidents": "Инциденты",
    "Incidents created during the period.": "Инциденты, возникшие за период.",
    "Kept": "Соблюдён",
    "Kept share": "Доля соблюдённых",
    "Kept, divided by kept and broken together.": "Соблюдённые, делённые на соблюдённые и нарушенные вместе.",
    "Late by": "Опоздание",
    "Median": "Медиана",
    "Median and 95th percentile": "Медиана и 95-й процентиль",
    "Median duration": "Медиана длительности",
    "Median time to close": "Медиана времени до закрытия",
    "Method": "Метод",
    "Name": "Название",
    "No rows in this period.": "В этом периоде строк нет.",
    "Of completions during the period, exact to 2.5 %.": "По завершениям за период, с точностью до 2,5 %.",
    "Open": "Открыты",
    "Open, and not yet due when the rows were read; no part of the share.": (
        "Открыта, и в момент чтения строк срок ещё не наступил; в долю не входит."
    ),
    "Outcome": "Итог",
    "Pending": "Срок впереди",
    "Performers": "Исполнители",
    "Period": "Период",
    "Person": "Исполнитель",
    "Priority": "Приоритет",
    "Process": "Процесс",
    "Process performance": "Производительность процессов",
    "Processes": "Процессы",
    "Promise": "Обещание",
    "Received (UTC)": "Поступило (UTC)",
    "Rows were read at": "Строки прочитаны",
    "Service levels": "Уровни обслуживания (SLA)",
    "Source": "Источник",
    "State": "Состояние",
    "Status": "Статус",
    "Subject": "Тема",
    "Summary": "Сводка",
    "Team": "Команда",
    "Text": "Текст",
    "The first %s of %s rows. Excel, CSV and JSON hold them all.": "Первые %s из %s строк. В Excel, CSV и JSON есть все.",
    "Those that came in during the period, whatever became of them since.": (
        "Поступившие за период, что бы с ними ни стало потом."
    ),
    "Ticket": "Обращение",
    "Tickets": "Обращения",
    "Time to close": "Время до закрытия",
    "Total": "Итого",
    "Type": "Тип",
    "User task": "Задача",
    "User tasks": "Задачи",
    "User tasks completed during the period; the person is who had the task then.": (
        "Задачи, завершённые за период; исполнитель тот, у кого задача была в тот момент."
    ),
    "User tasks open at the end of the period, or when the rows were read if that is earlier.": (
        "Задачи, открытые в конце периода или в момент чтения строк, если он раньше."
    ),
    "Which tasks": "Какие задачи",
    "Which tickets": "Какие обращения",
    "About": "О чём",
    "Began (UTC)": "Начало (UTC)",
    "Done (UTC)": "Выполнено (UTC)",
    "Promised time": "Обещано",
    "Time used": "Потрачено",
    "Promises": "Обещания",
    "Reply": "Ответ",
    "Resolution": "Решение",
    "By promise": "По обещаниям",
    "Which promises": "Какие обещания",
    "Replies and resolutions that the SLA clocks promise and that fall due in the period.": (
        "Ответы и решения, обещанные часами SLA, срок которых приходится на период."
    ),
    "Times": "Время",
    "Working time by the team's calendar; pauses, while others were waited for, do not count.": (
        "Рабочее время по календарю команды; паузы, пока ждали других, не считаются."
    ),
    "Done before the promised working time had passed. The end of the work is a reply, too.": (
        "Выполнено, пока не прошло обещанное рабочее время. Конец работы — тоже ответ."
    ),
    "Done after it, or still open after the due time when the rows were read.": (
        "Выполнено позже или ещё открыто после срока в момент чтения строк."
    ),
    "Not counted": "Не учтено",
    "A promise whose clock stands has no due time until it runs again.": (
        "У обещания, чьи часы стоят, нет срока, пока они не пойдут снова."
    ),
    "Month": "Месяц",
    "Client": "Клиент",
    "Project": "Проект",
    "Kind": "Вид",
    "Article": "Статья",
    "Plan": "План",
    "Fact": "Факт",
    "Deviation": "Отклонение",
    "Share of plan": "Доля плана",
    "Verdict": "Оценка",
    "Explanation": "Объяснение",
    "Explained by": "Объяснил",
    "Month close": "Закрытие месяца",
    "Plan and fact": "План и факт",
    "Currency": "Валюта",
    "The postings of the month. Other currencies are converted cell by cell at the month's rate: the mean of "
    "its daily rates, or the rate entered by hand where days are missing. Totals add up rounded cells.": (
        "Проводки месяца. Другие валюты пересчитаны по ячейкам по курсу месяца: среднее дневных курсов, а где дней "
        "не хватает, курс, введённый вручную. Итоги складывают округлённые ячейки."
    ),
    "The version the month was closed with; else the newest frozen one.": (
        "Версия, с которой месяц закрыт; иначе последняя замороженная."
    ),
    "Result": "Результат",
    "Income less expense.": "Доходы минус расходы.",
    "Locks": "Блокировки",
    "Every lock of these months, with who unlocked it, who asked for that, and why.": (
        "Все блокировки этих месяцев: кто снял, кто просил и почему."
    ),
    "Income": "Доход",
    "Expense": "Расход",
    "Within tolerance": "В пределах допуска",
    "To be explained": "Требует объяснения",
    "Explained": "Объяснено",
    "By month": "По месяцам",
    "By project": "По проектам",
    "Income, plan": "Доход, план",
    "Income, fact": "Доход, факт",
    "Expense, plan": "Расход, план",
    "Expense, fact": "Расход, факт",
    "Result, plan": "Результат, план",
    "Result, fact": "Результат, факт",
    "Lock": "Блокировка",
    "Locked by": "Заблокировал",
    "Locked (UTC)": "Заблокировано (UTC)",
    "Unlock asked by": "Просил снять",
    "Unlocked by": "Снял",
    "Unlocked (UTC)": "Снято (UTC)",
    "Reason": "Причина",
    "Unlocked": "Снята",
    "Locked": "Действует",
    "Assistant use": "Работа помощника",
    "Drafted (UTC)": "Составлено (UTC)",
    "Language": "Язык",
    "Model": "Модель",
    "Prompt": "Промпт",
    "Confidence": "Уверенность",
    "Likeness": "Сходство",
    "Drafts": "Черновики",
    "Which drafts": "Какие черновики",
    "Those written during the period, with what has become of them since.": "Составленные за период, и что с ними стало потом.",
    "Acceptance": "Принятие",
    "Drafts sent, as drafted or edited, as a share of all that were settled.": (
        "Доля отправленных (как есть или с правкой) среди всех решённых черновиков."
    ),
    "How alike the sent reply is: 100 % is the draft's own words.": (
        "Насколько похож отправленный ответ: 100 % означает слова самого черновика."
    ),
    "Not used": "Не использован",
    "The reply that was sent has nothing of the draft.": "В отправленном ответе от черновика ничего нет.",
    "Calls": "Обращения",
    "Questions to language models during the period; no word of them is kept.": (
        "Вопросы к языковым моделям за период; их текст не хранится."
    ),
    "By model and prompt": "По моделям и промптам",
    "Model and prompt": "Модель и промпт",
    "Calls to models": "Обращения к моделям",
    "Sent as drafted": "Отправлен как есть",
    "Edited": "Исправлен",
    "Rejected": "Отклонён",
    "Waiting": "Ждёт",
    "Task": "Задание",
    "Believed": "Приняты",
    "Tokens": "Токены",
    "Cost": "Стоимость",
    "Mean time": "Среднее время",
}

# Words of one ticket, one task, one element.
RUSSIAN_NAMES = {
    "new": "Новое",
    "assigned": "Назначено",
    "escalated": "Эскалация",
    "closed": "Закрыто",
    "critical": "Критический",
    "urgent": "Срочный",
    "high": "Высокий",
    "normal": "Обычный",
    "low": "Низкий",
    "Completed": "Завершена",
    "Open": "Открыта",
    "boundary event": "граничное событие",
    "business rule task": "задача правил",
    "call activity": "вызов процесса",
    "end event": "конечное событие",
    "event based gateway": "шлюз по событиям",
    "event sub process": "событийный подпроцесс",
    "exclusive gateway": "исключающий шлюз",
    "inclusive gateway": "включающий шлюз",
    "intermediate catch event": "промежуточное событие",
    "intermediate throw event": "промежуточное событие",
    "manual task": "ручная задача",
    "multi instance body": "многократное выполнение",
    "parallel gateway": "параллельный шлюз",
    "receive task": "приём сообщения",
    "script task": "скрипт",
    "send task": "отправка сообщения",
    "service task": "сервисная задача",
    "start event": "стартовое событие",
    "sub process": "подпроцесс",
    "task": "задача",
    "user task": "задача человека",
}
